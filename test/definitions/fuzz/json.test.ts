import { expect, test } from "vitest";
import { readDamaged, seedsIn } from "./read-damaged.ts";

test("ninety thousand damaged JSON files are each read or faulted, and change nothing else", () => {
  const { taken, refused } = readDamaged("json", seedsIn("json"), {
    count: 90_000,
    seed: 20_260_101,
  });
  // Both ways were really walked.
  expect(taken).toBeGreaterThan(1_000);
  expect(refused).toBeGreaterThan(10_000);
}, 120_000);
