import fc from "fast-check";
import { expect, test } from "vitest";
import { check } from "@countersign/check/check.ts";
import { auditOf } from "./audit-of.ts";
import { histories, play } from "./changing.ts";

test("whatever people changed, the checker finds nothing, and every change happened", () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(histories, ([rules, steps]) => {
      const { log } = play(rules, steps);
      for (const { type } of log) seen.set(type, (seen.get(type) ?? 0) + 1);
      expect(check(log, { audit: auditOf(log) })).toEqual([]);
    }),
    { numRuns: 1_500, seed: 20_260_401 },
  );
  for (const type of [
    "PayloadModified",
    "VotesVoided",
    "LevelReopened",
    "VoteWithdrawn",
    "RequestReassigned",
    "ChainAmended",
    "ExpiryExtended",
    "GlassBroken",
    "RequestClaimed",
    "LevelSkipped",
  ]) {
    expect(seen.get(type) ?? 0, type).toBeGreaterThan(10);
  }
});
