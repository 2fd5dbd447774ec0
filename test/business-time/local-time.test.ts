import { describe, expect, test } from "vitest";
import { localTime } from "@countersign/business-time/local-time.ts";

describe("an instant as a zone's clocks show it", () => {
  test.each([
    ["2026-07-01T09:30:00.000Z", "Europe/Berlin", "2026-07-01T11:30:00.000+02:00"],
    ["2026-01-01T09:30:00.000Z", "Europe/Berlin", "2026-01-01T10:30:00.000+01:00"],
    ["2026-03-29T00:59:59.999Z", "Europe/Berlin", "2026-03-29T01:59:59.999+01:00"],
    ["2026-03-29T01:00:00.000Z", "Europe/Berlin", "2026-03-29T03:00:00.000+02:00"],
    ["2026-01-01T20:00:00.000Z", "Asia/Kolkata", "2026-01-02T01:30:00.000+05:30"],
    ["2026-01-01T02:00:00.000Z", "America/St_Johns", "2025-12-31T22:30:00.000-03:30"],
    ["2026-01-01T02:00:00.000Z", "UTC", "2026-01-01T02:00:00.000+00:00"],
  ])("%s in %s is %s", (iso, zone, shown) => {
    expect(localTime(iso, zone)).toBe(shown);
    expect(Date.parse(shown)).toBe(Date.parse(iso));
  });

  test("is not known of a zone that is none", () => {
    expect(localTime("2026-01-01T02:00:00.000Z", "Mars/Olympus")).toBeNull();
    expect(localTime("2026-01-01T02:00:00.000Z", "+02:00")).toBeNull();
  });
});
