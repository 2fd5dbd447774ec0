import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { cruise, type ICruiseResult } from "dependency-cruiser";
import { describe, expect, onTestFinished, test } from "vitest";
import { cruiseOptions, libraries } from "./import-rules.ts";
import { sourceFiles } from "./source-files.ts";

const root = join(import.meta.dirname, "../..");

const examine = async (baseDir: string, folders: string[]): Promise<ICruiseResult> => {
  const { output } = await cruise(folders, cruiseOptions(baseDir));
  if (typeof output === "string") {
    throw new TypeError("dependency-cruiser answered text where its result was asked for");
  }
  return output;
};

const violations = (result: ICruiseResult): string[] =>
  result.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);

/** A small tree of its own with the given files and npm's symlinks for `libs` and `services`. */
const plantedTree = async (files: Readonly<Record<string, string>>): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "countersign-imports-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "package.json"), '{ "name": "planted", "type": "module" }');
  await mkdir(join(folder, "node_modules/@countersign"), { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(folder, dirname(path)), { recursive: true });
    await writeFile(join(folder, path), text);
    const workspace = path.split("/").slice(0, 2).join("/");
    const name = workspace.split("/")[1] ?? "";
    await writeFile(
      join(folder, workspace, "package.json"),
      JSON.stringify({
        name: `@countersign/${name}`,
        type: "module",
        exports: { "./*.ts": "./src/*.ts" },
      }),
    );
    await symlink(join("../..", workspace), join(folder, "node_modules/@countersign", name)).catch(
      () => undefined,
    );
  }
  return folder;
};

describe("imports", () => {
  test("every library stands in the table, and no other", () => {
    const folders = readdirSync(join(root, "libs"), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
    expect(folders.toSorted()).toEqual(Object.keys(libraries).toSorted());
  });

  test("the sources keep to the table", { timeout: 60_000 }, async () => {
    const written = sourceFiles(root);
    const result = await examine(root, ["libs", "services", "test"]);
    const seen = new Set(result.modules.map(({ source }) => source));
    expect(written.length).toBeGreaterThan(20);
    expect(written.filter((path) => !seen.has(path))).toEqual([]);
    expect(violations(result)).toEqual([]);
  });

  test.each([
    [
      "the domain reading a file",
      "libs/domain/src/x.ts",
      `import "node:fs";`,
      "domain-is-free-of-node",
    ],
    [
      "the domain taking a package",
      "libs/domain/src/x.ts",
      `import type { Clock } from "@countersign/runtime/clock.ts"; export type X = Clock;`,
      "domain-imports-only-what-the-table-allows",
    ],
    [
      "a use case reading the machine's clock",
      "libs/application/src/x.ts",
      `import { now } from "@countersign/runtime/clock.ts"; now();`,
      "application-takes-only-types-of-runtime",
    ],
    [
      "a service naming an adapter outside compose.ts",
      "services/gateway/src/routes.ts",
      `import "@countersign/event-store-sqlite/store.ts";`,
      "adapters-only-in-compose",
    ],
    [
      "a service importing another",
      "services/gateway/src/x.ts",
      `import "@countersign/commander/compose.ts";`,
      "services-do-not-import-each-other",
    ],
    [
      "a library importing a service",
      "libs/identity/src/x.ts",
      `import "@countersign/commander/compose.ts";`,
      "libraries-know-no-service-and-no-test",
    ],
    [
      "an import that leads nowhere",
      "services/gateway/src/x.ts",
      `import "@countersign/domain/absent.ts";`,
      "every-import-resolves",
    ],
    [
      "a library that is in no table",
      "libs/novel/src/x.ts",
      `import "@countersign/runtime/clock.ts";`,
      "every-library-is-in-the-table",
    ],
    [
      "two files that import each other",
      "libs/runtime/src/clock.ts",
      `import "./circle.ts"; export const now = 1; export interface Clock {}`,
      "no-circles",
    ],
  ])("catches %s", async (_, path, text, rule) => {
    const folder = await plantedTree({
      "libs/runtime/src/clock.ts": "export const now = (): number => 1; export interface Clock {}",
      "libs/runtime/src/circle.ts": `import "./clock.ts";`,
      "libs/domain/src/rules.ts": "export const x = 1;",
      "libs/event-store-sqlite/src/store.ts": "export const store = 1;",
      "services/commander/src/compose.ts": `import "@countersign/event-store-sqlite/store.ts";`,
      [path]: text,
    });
    const found = await examine(folder, ["libs", "services"]);
    expect(found.summary.violations.map((violation) => violation.rule.name)).toContain(rule);
  });

  test("allows types of the clock in a use case, and an adapter in compose.ts", async () => {
    const folder = await plantedTree({
      "libs/runtime/src/clock.ts": "export interface Clock {}",
      "libs/application/src/x.ts": `import type { Clock } from "@countersign/runtime/clock.ts"; export type X = Clock;`,
      "libs/event-store-sqlite/src/store.ts": "export const store = 1;",
      "services/commander/src/compose.ts": `import "@countersign/event-store-sqlite/store.ts";`,
    });
    const found = await examine(folder, ["libs", "services"]);
    expect(violations(found)).toEqual([]);
    expect(found.modules.flatMap((module) => module.dependencies)).toHaveLength(2);
  });
});
