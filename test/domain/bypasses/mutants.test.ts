import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { bypasses } from "./bypasses.ts";
import { mutants } from "./mutants.ts";
import type { Tried } from "./try-mutants.ts";

const program = join(import.meta.dirname, "try-mutants.ts");

describe("On a build with one way around an approval open", () => {
  const tried = new Map<string, Tried>();

  beforeAll(async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [program]);
    for (const line of stdout.trim().split("\n")) {
      const result = JSON.parse(line) as Tried;
      tried.set(result.name, result);
    }
  }, 240_000);

  for (const { name, opens, parts } of mutants) {
    const caught = opens === null ? [] : ["its attempt is caught"];
    const seen = [...caught, ...(parts ? ["the model parts from it"] : [])].join(", and ");
    test(`where ${name}, ${seen}`, () => {
      const result = tried.get(name);
      expect(result?.failure).toBeNull();
      if (opens !== null) expect(result?.open).toContain(opens);
      if (parts) expect(result?.partedAfter).not.toBeNull();
    });
  }

  test("every way has been seen open in one of them", () => {
    const seen = new Set(mutants.map(({ opens }) => opens));
    expect(bypasses.map(({ title }) => title).filter((title) => !seen.has(title))).toEqual([]);
    expect(tried.size).toBe(mutants.length);
  });
});
