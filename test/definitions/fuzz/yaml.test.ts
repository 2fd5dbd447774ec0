import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readDamaged, seedsIn } from "./read-damaged.ts";

test("forty thousand damaged YAML files are each read or faulted, and change nothing else", () => {
  const { taken, refused } = readDamaged("yaml", seedsIn("yaml"), { count: 40_000, seed: 1 });
  // Both ways were really walked.
  expect(taken).toBeGreaterThan(1_000);
  expect(refused).toBeGreaterThan(10_000);
}, 120_000);

test("so are a thousand damaged copies of a whole workflow", () => {
  const path = join(import.meta.dirname, "../../../examples/kiket-release/release.yaml");
  const { taken, refused } = readDamaged("yaml", [readFileSync(path, "utf8")], {
    count: 1_000,
    seed: 1,
  });
  expect(taken).toBeGreaterThan(50);
  expect(refused).toBeGreaterThan(100);
}, 120_000);
