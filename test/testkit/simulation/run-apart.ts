import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { RunResult } from "./run.ts";

const program = join(import.meta.dirname, "../../simulation/run-simulation.ts");

export interface ApartOptions {
  readonly seeds: readonly string[];
  readonly steps: number;
  /** Name of a mutant: then the runs end with the first that finds it. */
  readonly mutant?: string;
  /** Told of each run when it is done. */
  readonly onResult?: (result: RunResult) => void;
}

/** Runs the simulation in a process of its own, one seed after the other. Rejects when the process fails. */
export const runApart = async ({
  seeds,
  steps,
  mutant,
  onResult,
}: ApartOptions): Promise<readonly RunResult[]> => {
  const planted = mutant === undefined ? [] : ["--mutant", mutant];
  const child = spawn(process.execPath, [program, "--steps", String(steps), ...planted, ...seeds], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const results: RunResult[] = [];
  let rest = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const result = JSON.parse(line) as RunResult;
      results.push(result);
      onResult?.(result);
    }
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  await once(child, "close");
  if (child.exitCode !== 0) throw new Error(`the simulation failed: ${errors}`);
  return results;
};

/** How often each situation was reached in all of these runs. */
export const reachedIn = (results: readonly RunResult[]): ReadonlyMap<string, number> => {
  const reached = new Map<string, number>();
  for (const result of results)
    for (const [situation, count] of Object.entries(result.reached))
      reached.set(situation, (reached.get(situation) ?? 0) + count);
  return reached;
};
