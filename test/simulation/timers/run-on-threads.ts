import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { TimerRun, TimerTally } from "./timer-run.ts";

const runOne = async (run: TimerRun): Promise<TimerTally> => {
  const worker = new Worker(new URL("timer-worker.ts", import.meta.url), { workerData: run });
  const [tally] = (await once(worker, "message")) as [TimerTally];
  await worker.terminate();
  return tally;
};

/** Runs these side by side, as many at once as there are threads, and tells of each when it is done. */
export const runOnThreads = async (
  runs: readonly TimerRun[],
  threads: number,
  done: (tally: TimerTally) => void,
): Promise<void> => {
  const waiting = [...runs];
  const work = async (): Promise<void> => {
    for (let run = waiting.shift(); run !== undefined; run = waiting.shift())
      done(await runOne(run));
  };
  await Promise.all(Array.from({ length: threads }, work));
};

/** What a campaign must have come upon, or it proves nothing. */
export const situations = [
  "planned",
  "planned again",
  "planned for another payload",
  "by a calendar",
  "on a leap day",
  "after 2038-01-19",
  "waited for the very moment",
  "the clock was set forward",
  "the clock was set back",
  "rumours",
  "did: cancel",
  "did: ask",
  "did: answer",
  "did: modify",
  "did: extend",
  "did: shorten",
  "ReminderDue",
  "RequestEscalated",
  "ExecutivesNotified",
  "LevelOverdue",
  "LevelAutoApproved",
  "TimerSuppressed",
  "ExpiryApproaching",
  "RequestDenied",
  "RequestExpired",
  "RequestCancelled",
  "SlaWarning",
  "SlaBreached",
] as const;

/** Tallies of several runs together. */
export const together = (tallies: readonly TimerTally[]): Omit<TimerTally, "seed"> => {
  const seen = new Map<string, number>();
  for (const tally of tallies)
    for (const [what, times] of tally.seen) seen.set(what, (seen.get(what) ?? 0) + times);
  return {
    timers: tallies.reduce((sum, { timers }) => sum + timers, 0),
    faults: tallies.flatMap(({ faults }) => faults),
    seen,
  };
};
