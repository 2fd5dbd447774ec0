import { readdirSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

const major = Number(process.versions.node.split(".")[0]);
if (major < 24) {
  throw new Error(
    `The tests need Node 24 or newer and this is ${process.version}: run them with "npm test", which brings its own.`,
  );
}

/**
 * `@countersign/<workspace>/<file>.ts` goes to the file below this very folder. npm's symlinks lead there too, but a
 * mutation run works on a copy of the tree, whose symlinks would lead back to the unmutated files.
 */
const workspaces = ["libs", "services"].flatMap((folder) =>
  readdirSync(join(import.meta.dirname, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => ({
      find: `@countersign/${entry.name}/`,
      replacement: `${join(import.meta.dirname, folder, entry.name, "src")}/`,
    })),
);

/** Suites of pure rules, and what of them takes so long that it is shared out by itself. */
const pure = ["application", "business-time", "check", "definitions", "domain", "identity"];
const long = [
  "test/definitions/fuzz/**/*.test.ts",
  "test/domain/bypasses/mutants.test.ts",
  "test/domain/model/**/*.test.ts",
];
const others = readdirSync(join(import.meta.dirname, "test"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !pure.includes(entry.name))
  .map((entry) => entry.name);
const testsIn = (folders: readonly string[]): string[] =>
  folders.map((folder) => `test/${folder}/**/*.test.ts`);

export default defineConfig({
  // Without `development`, which graphql 17 has and Node does not take: with it two copies of graphql meet.
  ssr: { resolve: { conditions: ["node", "module-sync"] } },
  resolve: { alias: workspaces },
  test: {
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 20_000,
    restoreMocks: true,
    unstubEnvs: true,
    projects: [
      { extends: true, test: { name: "parts", include: [...testsIn(others), ...long] } },
      // They share their modules: loading these anew for each file took twice as long as the tests themselves.
      {
        extends: true,
        test: { name: "rules", include: testsIn(pure), exclude: long, isolate: false },
      },
    ],
  },
});
