import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { libraries } from "./import-rules.ts";

const root = join(import.meta.dirname, "../..");

interface Package {
  readonly name: string;
  readonly version: string;
  readonly exports?: unknown;
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

const read = (folder: string): Package => {
  const parsed: Package = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
  return parsed;
};

const workspaces = ["libs", "services"].flatMap((folder) =>
  readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => ({ folder, name: entry.name, manifest: read(`${folder}/${entry.name}`) })),
);

/** `1.2.3`, `1.2.3-rc.1` or `npm:name@1.2.3`: never a range, so that every machine runs the same code. */
const isExact = (version: string): boolean =>
  /^(npm:(@[\w.-]+\/)?[\w.-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version);

const dependenciesOf = (manifest: Package): [string, string][] =>
  [manifest.dependencies, manifest.devDependencies, manifest.optionalDependencies].flatMap(
    (group) => Object.entries(group ?? {}),
  );

describe("packages", () => {
  test("pin every dependency exactly", () => {
    const pins = [{ folder: ".", manifest: read(".") }, ...workspaces].flatMap(({ manifest }) =>
      dependenciesOf(manifest).map(([name, version]) => ({ from: manifest.name, name, version })),
    );
    expect(pins.length).toBeGreaterThan(60);
    expect(pins.filter(({ version }) => !isExact(version))).toEqual([]);
    expect(["^1.2.3", "~1.2.3", "latest", "*", "1.2", ">=1.2.3"].filter(isExact)).toEqual([]);
  });

  test("have one version of each dependency over all workspaces", () => {
    const versions = new Map<string, Set<string>>();
    for (const { manifest } of [{ manifest: read(".") }, ...workspaces]) {
      for (const [name, version] of dependenciesOf(manifest)) {
        versions.set(name, (versions.get(name) ?? new Set()).add(version));
      }
    }
    expect([...versions].filter(([, found]) => found.size > 1)).toEqual([]);
  });

  test("are called after their folder and export their files one by one", () => {
    expect(workspaces.length).toBeGreaterThan(20);
    for (const { name, manifest } of workspaces) {
      expect(manifest.name).toBe(`@countersign/${name}`);
      expect(manifest.exports).toEqual({ "./*.ts": "./src/*.ts" });
    }
  });

  test("of libraries name only what the import table allows", () => {
    const faults = workspaces
      .filter(({ folder }) => folder === "libs")
      .flatMap(({ name, manifest }) => {
        const allowed = libraries[name] ?? {};
        const names = new Set([
          ...[...(allowed.libs ?? []), ...(allowed.typesOf ?? [])].map(
            (lib) => `@countersign/${lib}`,
          ),
          ...(allowed.packages ?? []),
        ]);
        return Object.keys(manifest.dependencies ?? {})
          .filter((dependency) => !names.has(dependency))
          .map((dependency) => `${name} → ${dependency}`);
      });
    expect(faults).toEqual([]);
  });
});
