import { globSync, readFileSync } from "node:fs";
import type { KnipConfig } from "knip";

/**
 * Packages that a workspace pins. Tests stand outside of the workspaces and use what these install, so for the root
 * they count as listed; `test/architecture/packages.test.ts` sees to it that there is one version of each.
 */
const pinnedByWorkspaces = globSync("{libs,services}/*/package.json", {
  cwd: import.meta.dirname,
}).flatMap((path) => {
  const manifest: { dependencies?: Record<string, string> } = JSON.parse(
    readFileSync(`${import.meta.dirname}/${path}`, "utf8"),
  );
  return Object.keys(manifest.dependencies ?? {});
});

const config: KnipConfig = {
  // The exports `./*.ts` make every file of a workspace an entry: without this, nothing in them would count as unused.
  includeEntryExports: true,
  ignoreExportsUsedInFile: true,
  ignoreBinaries: ["apt-get", "bash"],
  workspaces: {
    ".": {
      entry: [
        "test/**/*.test.ts",
        "test/run.ts",
        "test/bench/*.ts",
        "test/campaign.ts",
        "test/mutate.ts",
        "test/simulation/run-simulation.ts",
        "test/testkit/processes/esdb-process.ts",
        "services/run.ts",
      ],
      project: ["test/**/*.ts", "*.config.ts"],
      vitest: { config: ["vitest.config.ts", "mutation.config.ts"] },
      ignoreDependencies: [...new Set(pinnedByWorkspaces)]
        .filter((name) => !name.startsWith("@countersign/"))
        // Their type declarations stand in the root, because only development needs them.
        .flatMap((name) => [name, `@types/${name}`]),
    },
    "libs/*": { project: ["src/**/*.ts"] },
    "services/*": { entry: ["src/main.ts"], project: ["src/**/*.ts"] },
  },
};

export default config;
