import { describe, expect, test } from "vitest";
import { localTimesAsUtc, rawTimeouts, withoutGeneration } from "./timers/broken-builds.ts";
import { runOnThreads, situations, together } from "./timers/run-on-threads.ts";
import { runTimers, type TimerTally } from "./timers/timer-run.ts";
import type { Broken } from "./timers/timer-world.ts";

describe("timers", () => {
  test("50,000 over all zones and ten years come neither early, twice, late nor for a plan that is void", async () => {
    const tallies: TimerTally[] = [];
    const runs = [Date.UTC(2028, 1, 28, 9), Date.UTC(2038, 0, 18, 21)].map((from) => ({
      seed: `ci ${from}`,
      timers: 25_000,
      from,
    }));
    await runOnThreads(runs, 2, (tally) => void tallies.push(tally));
    const { timers, faults, seen } = together(tallies);
    expect(faults).toEqual([]);
    expect(timers).toBeGreaterThanOrEqual(50_000);
    expect(situations.filter((situation) => !seen.has(situation))).toEqual([]);
  }, 120_000);

  test.each<readonly [string, Broken, string]>([
    ["a setTimeout for each timer", rawTimeouts, "missed"],
    ["local times taken for UTC", localTimesAsUtc, "instant"],
    ["timers without a generation", withoutGeneration, "stale"],
  ])(
    "the judge catches %s",
    async (_what, broken, fault) => {
      const { faults } = await runTimers({ seed: "broken", timers: 1_500, broken });
      expect(faults.map((found) => found.fault)).toContain(fault);
    },
    60_000,
  );

  test("the judge has nothing to say of the product on the same seed", async () => {
    const { faults } = await runTimers({ seed: "broken", timers: 1_500 });
    expect(faults).toEqual([]);
  }, 60_000);
});
