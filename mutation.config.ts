import { defineConfig } from "vitest/config";
import whole from "./vitest.config.ts";

/**
 * What a mutation run of the domain runs: tests of the domain, without those that start processes or play histories
 * by the thousand.
 */
export default defineConfig({
  ...whole,
  test: {
    ...whole.test,
    include: ["test/domain/**/*.test.ts"],
    exclude: ["**/mutants.test.ts", "**/histories-*.test.ts", "**/every-sequence.test.ts"],
  },
});
