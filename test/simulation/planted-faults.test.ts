import { describe, expect, test } from "vitest";
import { mutants } from "../testkit/simulation/mutants.ts";
import { runApart } from "../testkit/simulation/run-apart.ts";

/** Runs that a planted fault may take until it is found; most are found in the first. */
const seeds = Array.from({ length: 60 }, (_, index) => `planted-${index + 1}`);

describe("the simulation finds it when", () => {
  test.for(mutants.map(({ name }) => name))("%s", { timeout: 120_000 }, async (mutant) => {
    const results = await runApart({ seeds, steps: 10_000, mutant });
    expect(results.at(-1)?.violations).not.toEqual([]);
  });
});
