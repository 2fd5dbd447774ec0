import { expect, test } from "vitest";
import { check } from "@countersign/check/check.ts";
import { logEntry } from "@countersign/check/log-entry.ts";
import { auditOf } from "./audit-of.ts";
import { goodLog } from "./good-log.ts";

test("a log in which everything was decided by the rules has no violation", () => {
  const log = goodLog();
  expect(log.length).toBeGreaterThan(35);
  expect(check(log, { audit: auditOf(log) })).toEqual([]);
});

test("a log is read from the texts that a store gives back", () => {
  const [, entry] = goodLog();
  const { data, metadata, ...rest } = entry ?? {};
  const stored = { data: JSON.stringify(data), metadata: JSON.stringify(metadata) };
  expect(
    logEntry({ stream: "", revision: 0n, position: 0n, eventId: "", type: "", ...rest, ...stored }),
  ).toEqual(entry);
});
