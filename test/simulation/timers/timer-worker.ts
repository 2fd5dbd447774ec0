/** A run on a thread of its own: `workerData` is what to run, the one message is its tally. */
import { parentPort, workerData } from "node:worker_threads";
import { runTimers, type TimerRun } from "./timer-run.ts";

parentPort?.postMessage(await runTimers(workerData as TimerRun));
