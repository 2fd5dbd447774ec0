import type { BusinessTime } from "@countersign/domain/business-time.ts";
import { isSooner } from "@countersign/domain/request/timers/sooner.ts";
import { describe, expect, test } from "vitest";
import { level } from "../../check/written.ts";
import { referenceOf, world } from "../../testkit/world.ts";

const HOUR = 3_600_000;
const at = "2026-03-02T09:00:00.000Z";

/** Eight hours a day, from the start on: a working day is 24 hours, nine hours of work are 25. */
const eightHours: BusinessTime = {
  after: (_calendar, startIso, duration) => {
    const [, count = "0", unit = ""] = /^(\d+)(bd|h)$/.exec(duration) ?? [];
    const hours = Number(count);
    const ms =
      unit === "bd" ? hours * 24 * HOUR : (hours + Math.floor((hours - 1) / 8) * 16) * HOUR;
    return {
      at: new Date(Date.parse(startIso) + ms).toISOString(),
      zone: "UTC",
      zoneData: "any",
    };
  },
};

const working = { ...referenceOf(world()), businessTime: eightHours };
const inHours = level(1, [], { calendar: "work" });

describe("an amended timer is sooner", () => {
  test.each([
    ["8h", "1bd", true],
    ["9h", "1bd", false],
    ["1bd", "9h", true],
    ["1bd", "2bd", true],
    ["1bd", "1bd", false],
  ])("by its calendar: %s instead of %s is %s", (after, written, expected) => {
    expect(isSooner(after, written, at, inHours, working)).toBe(expected);
  });

  test("in plain time where there is no calendar, a working day being a day", () => {
    const plain = level(1, []);
    expect(isSooner("23h", "1bd", at, plain, working)).toBe(true);
    expect(isSooner("24h", "1bd", at, plain, working)).toBe(false);
    expect(isSooner("23h", "1bd", at, inHours, referenceOf(world()))).toBe(true);
  });

  test("only if it is a duration", () => {
    expect(isSooner("soon", "1bd", at, inHours, working)).toBeNull();
    expect(isSooner("0s", "1bd", at, inHours, working)).toBeNull();
  });
});
