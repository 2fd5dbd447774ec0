/** A share of histories: `workerData` is which, each message the tally of a thousand. It ends early when some parted. */
import { parentPort, workerData } from "node:worker_threads";
import { thisBuild } from "./build.ts";
import type { Share } from "./play-on-thread.ts";
import { playHistories } from "./tally.ts";

const CHUNK = 1_000;
const { seed, first, count } = workerData as Share;

for (let done = 0; done < count; done += CHUNK) {
  const tally = playHistories(thisBuild, seed, first + done, Math.min(CHUNK, count - done));
  parentPort?.postMessage(tally);
  if (tally.divergences.length > 0) break;
}
