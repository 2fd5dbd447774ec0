import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { parentPort, Worker, workerData } from "node:worker_threads";
import { thisBuild } from "./domain/model/build.ts";
import {
  addTallies,
  noTally,
  playHistories,
  situations,
  type Tally,
} from "./domain/model/tally.ts";

/** The decider against the reference model, on as many random histories as are asked for. */

interface Share {
  readonly campaign: "model";
  readonly seed: string;
  readonly first: number;
  readonly count: number;
}

const CHUNK = 1_000;

const isShare = (given: unknown): given is Share =>
  typeof given === "object" && given !== null && "campaign" in given && given.campaign === "model";

const playShare = ({ seed, first, count }: Share): void => {
  for (let done = 0; done < count; done += CHUNK) {
    const tally = playHistories(thisBuild, seed, first + done, Math.min(CHUNK, count - done));
    parentPort?.postMessage(tally);
    if (tally.divergences.length > 0) return;
  }
};

const runShare = async (share: Share, took: (tally: Tally) => void): Promise<void> => {
  const worker = new Worker(new URL(import.meta.url), { workerData: share });
  worker.on("message", took);
  const [code] = await once(worker, "exit");
  if (code !== 0) throw new Error(`a worker of the campaign ended with ${String(code)}`);
};

const byName = ([one]: readonly [string, number], [other]: readonly [string, number]): number =>
  one.localeCompare(other);

/** `[--histories <n>] [--seed <text>] [--workers <n>]`: answers whether all agreed and all was reached. */
export const runModelCampaign = async (args: readonly string[]): Promise<boolean> => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      histories: { type: "string", default: "1000000" },
      seed: { type: "string", default: randomUUID() },
      workers: { type: "string", default: String(availableParallelism()) },
    },
  });
  const { seed } = values;
  const [histories, workers] = [Number(values.histories), Number(values.workers)];
  console.log(`seed ${seed}, ${histories} histories on ${workers} workers`);
  let all = noTally;
  let said = 0;
  const each = Math.ceil(histories / workers);
  const shares = Array.from({ length: workers }, (_, worker): Share => {
    const first = worker * each;
    return { campaign: "model", seed, first, count: Math.min(each, histories - first) };
  });
  await Promise.all(
    shares.map((share) =>
      runShare(share, (tally) => {
        all = addTallies(all, tally);
        if (all.histories - said < histories / 20) return;
        said = all.histories;
        console.log(`${all.histories} histories, ${all.commands} commands`);
      }),
    ),
  );
  for (const [what, times] of [...all.seen].toSorted(byName)) console.log(`  ${what}: ${times}`);
  const missed = situations.filter((situation) => !all.seen.has(situation));
  for (const situation of missed) console.log(`  never reached: ${situation}`);
  for (const divergence of all.divergences) console.log("divergence", divergence);
  const wentWell = all.divergences.length === 0 && missed.length === 0;
  console.log(
    `seed ${seed}: ${all.histories} histories, ${all.commands} commands, ${all.divergences.length} divergences`,
  );
  return wentWell;
};

if (isShare(workerData)) playShare(workerData);
