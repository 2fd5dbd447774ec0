import { randomUUID } from "node:crypto";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { playOnThread, type Share } from "./domain/model/play-on-thread.ts";
import { addTallies, noTally, situations } from "./domain/model/tally.ts";

/** The decider against the reference model, on as many random histories as are asked for. */

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
    return { seed, first, count: Math.min(each, histories - first) };
  });
  await Promise.all(
    shares.map((share) =>
      playOnThread(share, (tally) => {
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
