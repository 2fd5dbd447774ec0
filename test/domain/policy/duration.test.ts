import { describe, expect, test } from "vitest";
import {
  MAX_DURATION_MS,
  businessDays,
  durationMs,
  plainMs,
} from "@countersign/domain/policy/duration.ts";

describe("durations", () => {
  test.each([
    ["90s", 90_000],
    ["30m", 1_800_000],
    ["24h", 86_400_000],
    ["7d", 604_800_000],
    ["2w", 1_209_600_000],
    ["0s", 0],
    ["PT4H", 14_400_000],
    ["PT90S", 90_000],
    ["P1DT12H", 129_600_000],
    ["P2W", 1_209_600_000],
    ["P1DT1H1M1S", 90_061_000],
    ["PT10M", 600_000],
    ["P10DT10H10M10S", 900_610_000],
    ["P10W", 6_048_000_000],
    ["123456789012s", 123_456_789_012_000],
    ["P123456789012W", 123_456_789_012 * 604_800_000],
    ["P123456789012DT0S", 123_456_789_012 * 86_400_000],
    ["PT123456789012H", 123_456_789_012 * 3_600_000],
    ["PT123456789012M", 123_456_789_012 * 60_000],
    ["PT123456789012S", 123_456_789_012_000],
  ])("%s are %i milliseconds", (text, milliseconds) => {
    expect(durationMs(text)).toBe(milliseconds);
  });

  test.each([
    "",
    "30",
    "h",
    "1.5h",
    "-1h",
    "+1h",
    "1 h",
    "1H",
    "1h30m",
    "1bd",
    "P",
    "PT",
    "P1Y",
    "P1M",
    "P1W2D",
    "P1DT",
    "PT1D",
    "PT0.5H",
    "1e3s",
    "٣h",
    "9".repeat(400) + "d",
    "NaNs",
    "1h\n",
    " 1h",
    "xPT1H",
    "PT1H ",
    "x1h",
    "1234567890123s",
    "P1234567890123W",
    "P1234567890123D",
    "PT1234567890123H",
    "PT1234567890123M",
    "PT1234567890123S",
    "PT1S1H",
    "P1H",
    "PxD",
  ])("%j is none", (text) => {
    expect(durationMs(text)).toBeNull();
  });

  test("the longest that anybody may write is 3,650 days", () => {
    expect(durationMs("3650d")).toBe(MAX_DURATION_MS);
  });

  test.each([
    ["1bd", 1],
    ["10bd", 10],
    ["123456789012bd", 123_456_789_012],
    ["0bd", 0],
    ["1234567890123bd", null],
    ["bd", null],
    ["xbd", null],
    ["x1bd", null],
    ["1bdx", null],
    ["1d", null],
  ])("%s are %j working days", (text, days) => {
    expect(businessDays(text)).toBe(days);
  });

  test.each([
    ["2bd", 172_800_000],
    ["2d", 172_800_000],
    ["PT4H", 14_400_000],
    ["soon", null],
  ])("where no calendar counts, %s are %j milliseconds", (text, milliseconds) => {
    expect(plainMs(text)).toBe(milliseconds);
  });
});
