import { run } from "../testkit/simulation/run.ts";

/**
 * `node test/simulation/run-simulation.ts <steps> <seed>…`: one line of JSON a run, as `RunResult` says. In a process of
 * its own, so that nothing but the seed is in it, and so that a mutated build can be run the same way.
 */
const [steps = "20000", ...seeds] = process.argv.slice(2);
for (const seed of seeds) {
  const result = await run({ seed, steps: Number(steps) });
  console.log(JSON.stringify(result));
}
