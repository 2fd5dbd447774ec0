import { expect, test } from "vitest";
import { playOnThread } from "./play-on-thread.ts";
import { addTallies, noTally, situations } from "./tally.ts";

const SHARE = { seed: "ci", first: 25000, count: 25_000 };

test("The decider does what the reference model says in 25,000 histories of 20 to 60 commands, which went everywhere", async () => {
  let all = noTally;
  await playOnThread(SHARE, (tally) => {
    all = addTallies(all, tally);
  });
  expect(all.divergences).toEqual([]);
  expect(all.histories).toBe(SHARE.count);
  expect(situations.filter((situation) => !all.seen.has(situation))).toEqual([]);
}, 240_000);
