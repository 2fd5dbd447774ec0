import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

const start = (...args: string[]): { status: number | null; stderr: string } =>
  spawnSync(process.execPath, [join(import.meta.dirname, "../../services/run.ts"), ...args], {
    encoding: "utf8",
  });

test.each([
  ["without a name", [], "Name a service to start: one of "],
  ["by a name that no service has", ["gatway"], 'There is no service "gatway": one of '],
  ["by the path of another folder", ["../test"], 'There is no service "../test": one of '],
])("a service started %s answers with one sentence and exit code 2", (_, args, sentence) => {
  const { status, stderr } = start(...args);
  expect(status).toBe(2);
  expect(stderr).toMatch(/^[^\n]+\.\n$/);
  expect(stderr.startsWith(sentence)).toBe(true);
});
