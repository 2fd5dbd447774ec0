import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Tally } from "./tally.ts";

/** Histories of a seed: `count` of them from number `first` on. */
export interface Share {
  readonly seed: string;
  readonly first: number;
  readonly count: number;
}

/** Plays a share on a thread of its own, as Node itself loads the sources, and tells of every thousand histories. */
export const playOnThread = async (share: Share, took: (tally: Tally) => void): Promise<void> => {
  const worker = new Worker(new URL("model-worker.ts", import.meta.url), { workerData: share });
  worker.on("message", took);
  const [code] = await once(worker, "exit");
  if (code !== 0) throw new Error(`a thread that plays histories ended with ${String(code)}`);
};
