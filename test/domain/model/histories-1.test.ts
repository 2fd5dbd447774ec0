import { describe, expect, test } from "vitest";
import { thisBuild } from "./build.ts";
import { addTallies, noTally, playHistories, situations, type Tally } from "./tally.ts";

const SEED = "ci";
const FIRST = 0;
const EACH = 2_500;
const PARTS = 10;

describe("The decider does what the reference model says", () => {
  let all: Tally = noTally;

  for (let part = 0; part < PARTS; part++) {
    const first = FIRST + part * EACH;
    test(
      `in histories ${first + 1} to ${first + EACH} of 20 to 60 commands`,
      { timeout: 120_000 },
      () => {
        const tally = playHistories(thisBuild, SEED, first, EACH);
        all = addTallies(all, tally);
        expect(tally.divergences).toEqual([]);
        expect(tally.histories).toBe(EACH);
      },
    );
  }

  test("and these histories went everywhere", () => {
    expect(situations.filter((situation) => !all.seen.has(situation))).toEqual([]);
  });
});
