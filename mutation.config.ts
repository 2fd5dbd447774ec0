import { defineConfig } from "vitest/config";
import whole from "./vitest.config.ts";

/**
 * What a mutation run of the domain runs: tests of the domain, without those that start processes or play histories
 * by the thousand. They share one set of modules, which makes a mutant a third of a second instead of three: the rules
 * are pure, and what little they remember is keyed by the very objects that each test makes.
 */
const { projects: _, ...settings } = whole.test ?? {};

export default defineConfig({
  ...whole,
  test: {
    ...settings,
    isolate: false,
    include: ["test/domain/**/*.test.ts"],
    exclude: [
      "**/mutants.test.ts",
      "**/histories-*.test.ts",
      "**/every-sequence.test.ts",
      "**/properties.test.ts",
      "**/random-gates.test.ts",
    ],
    setupFiles: ["test/testkit/mutation/forget-mutant.ts"],
  },
});
