import { localTime } from "@countersign/business-time/local-time.ts";
import { expect, test } from "vitest";
import { allZones } from "./random-calendars.ts";

test.each([
  ["Europe/Berlin", "2026-07-01T09:30:15.000Z", "2026-07-01T11:30:15+02:00"],
  ["Europe/Berlin", "2026-01-01T23:30:00.000Z", "2026-01-02T00:30:00+01:00"],
  ["America/St_Johns", "2026-07-01T00:00:00.000Z", "2026-06-30T21:30:00-02:30"],
  ["Asia/Kathmandu", "2026-07-01T00:00:00.000Z", "2026-07-01T05:45:00+05:45"],
  ["UTC", "2026-07-01T00:00:00.000Z", "2026-07-01T00:00:00+00:00"],
  ["Mars/Base", "2026-07-01T00:00:00.000Z", "2026-07-01T00:00:00+00:00"],
])("the clocks of %s show %s as %s", (zone, iso, shown) => {
  expect(localTime(iso, zone)).toBe(shown);
});

test("what the clocks of any zone show is the same instant", () => {
  for (const zone of allZones) {
    for (const iso of ["2026-01-15T12:34:56.000Z", "2026-07-15T23:59:59.000Z"]) {
      expect(new Date(localTime(iso, zone)).toISOString()).toBe(iso);
    }
  }
});
