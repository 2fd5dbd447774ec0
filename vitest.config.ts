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

export default defineConfig({
  // Without `development`, which graphql 17 has and Node does not take: with it two copies of graphql meet.
  ssr: { resolve: { conditions: ["node", "module-sync"] } },
  resolve: { alias: workspaces },
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 20_000,
    restoreMocks: true,
    unstubEnvs: true,
  },
});
