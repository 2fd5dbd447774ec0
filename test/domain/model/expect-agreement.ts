import { expect } from "vitest";
import { playOnThread, type Share } from "./play-on-thread.ts";
import { addTallies, noTally, situations } from "./tally.ts";

/** Plays a share of histories: none may part from the model, and together they must have come into every situation. */
export const expectAgreement = async (share: Share): Promise<void> => {
  let all = noTally;
  await playOnThread(share, (tally) => {
    all = addTallies(all, tally);
  });
  expect(all.divergences).toEqual([]);
  expect(all.histories).toBe(share.count);
  expect(situations.filter((situation) => !all.seen.has(situation))).toEqual([]);
};
