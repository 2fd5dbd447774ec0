import { randomUUID } from "node:crypto";
import { parseArgs } from "node:util";
import { reachedIn, runApart } from "./testkit/simulation/run-apart.ts";
import type { RunResult } from "./testkit/simulation/run.ts";
import { situations } from "./testkit/simulation/situations.ts";

const byName = ([one]: readonly [string, number], [other]: readonly [string, number]): number =>
  one.localeCompare(other);

/** `[--runs <n>] [--steps <n a run>] [--seed <text>]`: the whole system in simulated worlds, one a seed. */
export const runSimulationCampaign = async (args: readonly string[]): Promise<boolean> => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: "string", default: "800" },
      steps: { type: "string", default: "12500" },
      seed: { type: "string", default: randomUUID() },
    },
  });
  const steps = Number(values.steps);
  const seeds = Array.from({ length: Number(values.runs) }, (_, run) => `${values.seed}/${run}`);
  console.log(`seed ${values.seed}, ${seeds.length} runs of ${steps} steps`);
  const broken: RunResult[] = [];
  const results = await runApart({
    seeds,
    steps,
    onResult: (result) => {
      if (result.violations.length === 0) return;
      broken.push(result);
      console.log(`broken by seed ${result.seed}:`, result.violations);
    },
  });
  const reached = reachedIn(results);
  for (const [what, times] of [...reached].toSorted(byName)) console.log(`  ${what}: ${times}`);
  const missed = situations.filter((situation) => !reached.has(situation));
  for (const situation of missed) console.log(`  never reached: ${situation}`);
  const taken = results.reduce((all, result) => all + result.steps, 0);
  console.log(
    `seed ${values.seed}: ${results.length} runs, ${taken} steps, ${broken.length} runs broken`,
  );
  return broken.length === 0 && missed.length === 0;
};
