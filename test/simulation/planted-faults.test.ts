import { describe, expect, test } from "vitest";
import { mutants } from "../testkit/simulation/mutants.ts";
import { runApart } from "../testkit/simulation/run-apart.ts";

/** Runs that a planted fault may take until it is found, from the one on that is known to find it. */
const RUNS = 30;

describe("the simulation finds it when", () => {
  test.each(mutants.map(({ name, seed = 1 }) => [name, seed] as const))(
    "%s",
    async (name, seed) => {
      const seeds = Array.from({ length: RUNS }, (_, index) => `planted-${seed + index}`);
      const results = await runApart({ seeds, steps: 10_000, mutant: name });
      expect(results.at(-1)?.violations).not.toEqual([]);
    },
    120_000,
  );
});
