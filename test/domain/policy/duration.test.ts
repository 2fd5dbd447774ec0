import { describe, expect, test } from "vitest";
import { MAX_DURATION_MS, durationMs } from "@countersign/domain/policy/duration.ts";

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
  ])("%j is none", (text) => {
    expect(durationMs(text)).toBeNull();
  });

  test("the longest that anybody may write is 3,650 days", () => {
    expect(durationMs("3650d")).toBe(MAX_DURATION_MS);
  });
});
