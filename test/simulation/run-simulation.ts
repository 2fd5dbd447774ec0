import { parseArgs } from "node:util";
import { mutants } from "../testkit/simulation/mutants.ts";
import { plant } from "../testkit/simulation/plant.ts";

/**
 * `node test/simulation/run-simulation.ts [--steps <n>] [--mutant <name>] <seed>…`: one line of JSON a run, as
 * `RunResult` says. In a process of its own, so that nothing but the seed is in a run, and so that a mutant can be
 * planted before anything of the product is loaded. A mutant's runs end with the first that finds it.
 */
const { values, positionals } = parseArgs({
  options: { steps: { type: "string", default: "20000" }, mutant: { type: "string" } },
  allowPositionals: true,
});
const mutant = mutants.find(({ name }) => name === values.mutant);
if (values.mutant !== undefined && mutant === undefined)
  throw new Error(`there is no mutant "${values.mutant}"`);
if (mutant !== undefined) plant(mutant);
const { run } = await import("../testkit/simulation/run.ts");

for (const seed of positionals) {
  try {
    const result = await run({ seed, steps: Number(values.steps) });
    console.log(JSON.stringify(result));
    if (mutant !== undefined && result.violations.length > 0) break;
  } catch (error) {
    // Of a mutant, that the run cannot go on says as much as a violation.
    if (mutant === undefined) throw error;
    console.log(JSON.stringify({ seed, violations: [String(error)] }));
    break;
  }
}
