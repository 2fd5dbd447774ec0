import { randomUUID } from "node:crypto";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { runOnThreads, situations, together } from "./simulation/timers/run-on-threads.ts";
import type { TimerTally } from "./simulation/timers/timer-run.ts";

/** Due timers through the due table, the scheduler, the commander and the domain, on clocks that do what they like. */

/** Timers of one run: each is a world of its own, with its own zone for a start and its own policies. */
const EACH = 25_000;

/** `[--timers <n>] [--seed <text>] [--workers <n>]`: answers whether none went wrong and everything was reached. */
export const runTimerCampaign = async (args: readonly string[]): Promise<boolean> => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      timers: { type: "string", default: "1000000" },
      seed: { type: "string", default: randomUUID() },
      workers: { type: "string", default: String(availableParallelism()) },
    },
  });
  const { seed } = values;
  const [wanted, workers] = [Number(values.timers), Number(values.workers)];
  console.log(`seed ${seed}, ${wanted} timers on ${workers} workers`);
  const tallies: TimerTally[] = [];
  const runs = Array.from({ length: Math.ceil(wanted / EACH) }, (_, number) => ({
    seed: `${seed} ${number}`,
    timers: Math.min(EACH, wanted),
  }));
  await runOnThreads(runs, workers, (tally) => {
    tallies.push(tally);
    console.log(`${tally.seed}: ${tally.timers} timers, ${tally.faults.length} faults`);
    for (const { fault, what } of tally.faults.slice(0, 10)) console.log(`  ${fault}: ${what}`);
  });
  const { timers, faults, seen } = together(tallies);
  for (const [what, times] of [...seen].toSorted(([one], [other]) => one.localeCompare(other)))
    console.log(`  ${what}: ${times}`);
  const missing = situations.filter((situation) => !seen.has(situation));
  for (const situation of missing) console.log(`  never reached: ${situation}`);
  console.log(`seed ${seed}: ${timers} timers, ${faults.length} faults`);
  return faults.length === 0 && missing.length === 0;
};
