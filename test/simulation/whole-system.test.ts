import { beforeAll, describe, expect, test } from "vitest";
import { reachedIn, runApart } from "../testkit/simulation/run-apart.ts";
import type { RunResult } from "../testkit/simulation/run.ts";
import { situations } from "../testkit/simulation/situations.ts";

const STEPS = 12_500;
const seeds = Array.from({ length: 16 }, (_, index) => `ci-${index + 1}`);

describe("the whole system in one simulated world", () => {
  let results: readonly RunResult[] = [];

  beforeAll(async () => {
    results = await runApart({ seeds, steps: STEPS });
  }, 180_000);

  test("breaks no promise and comes to rest, whatever is lost, late, repeated or killed", () => {
    expect(results).toHaveLength(seeds.length);
    const broken = results.filter(({ violations }) => violations.length > 0);
    expect(broken.map(({ seed, violations }) => ({ seed, violations }))).toEqual([]);
  });

  test("has been in every situation that it is there for", () => {
    const reached = reachedIn(results);
    expect(situations.filter((situation) => !reached.has(situation))).toEqual([]);
    expect(results.reduce((sum, { steps }) => sum + steps, 0)).toBeGreaterThan(200_000);
  });

  test("does exactly the same again from the same seed, and something else from another", async () => {
    const [first, second] = results;
    const [again] = await runApart({ seeds: seeds.slice(0, 1), steps: STEPS });
    expect(again).toEqual(first);
    expect(second?.hash).not.toBe(first?.hash);
  }, 60_000);
});
