import { describe, expect, test, vi } from "vitest";
import { dateMs, sameJson } from "@countersign/domain/policy/compare-fact.ts";
import { kebabCase } from "@countersign/domain/policy/kebab-case.ts";
import { plainLevel } from "@countersign/domain/policy/plain.ts";
import { any, group, when } from "../../testkit/examples/policies.ts";

describe("a date", () => {
  test.each([
    ["2026-03-01", "2026-03-01T00:00:00.000Z"],
    ["2024-02-29", "2024-02-29T00:00:00.000Z"],
    ["2026-12-31", "2026-12-31T00:00:00.000Z"],
    ["2026-03-01T09:05", "2026-03-01T09:05:00.000Z"],
    ["2026-03-01T19:59:59", "2026-03-01T19:59:59.000Z"],
    ["2026-03-01T20:00:00Z", "2026-03-01T20:00:00.000Z"],
    ["2026-03-01T23:05:06.5", "2026-03-01T23:05:06.500Z"],
    ["2026-03-01T09:05:06.123456789Z", "2026-03-01T09:05:06.123Z"],
    ["2026-03-01T09:05+02:00", "2026-03-01T07:05:00.000Z"],
    ["2026-03-01T09:05:00-05:30", "2026-03-01T14:35:00.000Z"],
  ])("%s is %s", (text, instant) => {
    expect(dateMs(text)).toBe(Date.parse(instant));
  });

  test("without a zone is UTC, wherever the program runs", () => {
    vi.stubEnv("TZ", "Asia/Tokyo");
    expect(dateMs("2026-03-01")).toBe(Date.parse("2026-03-01T00:00:00Z"));
    expect(dateMs("2026-03-01T09:05")).toBe(Date.parse("2026-03-01T09:05:00Z"));
    expect(dateMs("2026-03-01T09:05:06.5")).toBe(Date.parse("2026-03-01T09:05:06.500Z"));
  });

  test.each([
    "",
    "tomorrow",
    "2026",
    "26-03-01",
    "02026-03-01",
    "2026-3-01",
    "2026-03-1",
    "2026-03-011",
    "2026-02-30",
    "2025-02-29",
    "2026-13-01",
    "2026-00-01",
    "2026-03-00",
    "x2026-03-01",
    "2026-03-01x",
    "2026-03-01Z",
    "2026-03-01T",
    "2026-03-01T09",
    "2026-03-01 09:05",
    "2026-03-01T9:05",
    "2026-03-01T24:00",
    "2026-03-01T30:00",
    "2026-03-01T09:5",
    "2026-03-01T09:60",
    "2026-03-01T09:05:6",
    "2026-03-01T09:05:60",
    "2026-03-01T09:05:06.",
    "2026-03-01T09:05:06.1234567890",
    "2026-03-01T09:05z",
    "2026-03-01T09:05+0200",
    "2026-03-01T09:05+2:00",
    "2026-03-01T09:05+02:0",
    "2026-03-01T09:05+02:000",
    "2026-03-01T09:05*02:00",
    "2026-03-01T09:05+99:99",
    "2026-03-01T09:05Zx",
  ])("%j is none", (text) => {
    expect(dateMs(text)).toBeNull();
  });
});

test.each<[unknown, unknown, boolean]>([
  [{ a: 1, b: [2] }, { b: [2], a: 1 }, true],
  [{ a: 1 }, { a: 1, b: 2 }, false],
  [{ a: 1, b: 2 }, { a: 1 }, false],
  [{ a: 1 }, { b: 1 }, false],
  [{ a: undefined }, { b: 1 }, false],
  [[1, 2], [2, 1], false],
  [["x"], { 0: "x" }, false],
  [null, {}, false],
  [{}, null, false],
  [null, null, true],
  [1, "1", false],
  ["1", "1", true],
  [{ a: 1 }, "a", false],
  ["a", ["a"], false],
])("%j and %j are the same: %s", (one, other, expected) => {
  expect(sameJson(one, other)).toBe(expected);
});

test.each([
  ["QA Verification", "qa-verification"],
  ["  Ship -- it! ", "ship-it"],
  ["Größe, Café", "gro-e-cafe"],
  ["team_a 2", "team_a-2"],
  ["--a--", "a"],
  ["9 lives", "9-lives"],
  ["…", ""],
  ["", ""],
])("%j is %j as an id", (name, id) => {
  expect(kebabCase(name)).toBe(id);
});

test("a level that nobody wrote says what a level says whose author wrote nothing", () => {
  const [sre, condition] = [group(any, "sre"), when("priority", "low")];
  const level = {
    number: 2,
    name: "Level 2",
    message: null,
    groups: [sre],
    logic: "AND",
    conditions: null,
    timeout: null,
    onTimeout: null,
    escalation: [],
    onDeny: "veto",
    onEmpty: "block",
    distinctApprovers: true,
    unskippable: false,
    stepUp: false,
    calendar: null,
    deciders: [],
  };
  expect(plainLevel(2, "Level 2", [sre])).toEqual(level);
  expect(plainLevel(2, "Level 2", [sre], condition)).toEqual({ ...level, conditions: condition });
});
