import { expect, test } from "vitest";
import { check } from "@countersign/check/check.ts";
import { auditOf } from "./audit-of.ts";
import { goodLog } from "./good-log.ts";

test("a log in which everything was decided by the rules has no violation", () => {
  const log = goodLog();
  expect(log.length).toBeGreaterThan(35);
  expect(check(log, { audit: auditOf(log) })).toEqual([]);
});
