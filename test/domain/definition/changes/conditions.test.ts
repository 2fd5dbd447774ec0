import { describe, expect, test } from "vitest";
import { listed, paired, quoted } from "@countersign/domain/definition/changes/change.ts";
import {
  conditionChange,
  holdsWherever,
} from "@countersign/domain/definition/changes/condition-changes.ts";
import type { Json } from "@countersign/domain/json.ts";
import type { Condition, Operator } from "@countersign/domain/policy/condition.ts";
import { told } from "./telling.ts";

const is = (operator: Operator, value: Json, field = "amount"): Condition => ({
  kind: "field",
  field,
  operator,
  value,
});
const all = (...of: readonly Condition[]): Condition => ({ kind: "all", of });
const any = (...of: readonly Condition[]): Condition => ({ kind: "any", of });
const guard = (text: string): Condition => ({ kind: "expression", text });
const critical = is("=", "critical", "priority");

describe("a condition holds wherever another one held", () => {
  test.each<[string, Condition | null, Condition | null]>([
    ["always, wherever it is", critical, null],
    ["always, as before", null, null],
    ["the same words", guard("a > 1"), guard("a > 1")],
    ["a lower border of what is more", is(">", 5), is(">", 4)],
    ["the same border and itself", is(">", 5), is(">=", 5)],
    ["a higher border of what is less", is("<", 5), is("<", 6)],
    ["the same upper border and itself", is("<", 5), is("<=", 5)],
    ["a strict border further out", is(">=", 5), is(">", 4)],
    ["a strict upper border further out", is("<=", 5), is("<", 6)],
    ["the same instant in other words", is(">", "2026-03-01"), is(">", "2026-03-01T00:00Z")],
    ["that instant and later", is(">=", "2026-03-01"), is(">=", "2026-03-01T00:00Z")],
    ["a value inside of a border", is("=", 7), is(">", 5)],
    ["a value of the list", is("=", 7), is("in", [6, 7])],
    ["a list inside of a longer one", is("in", [6, 7]), is("in", [5, 6, 7])],
    ["a list inside of a border", is("in", [6, 7]), is(">=", 6)],
    ["an empty list, which nothing holds", is("in", []), is("=", 1)],
    ["a value that exists", is("=", 7), is("exists", true)],
    ["one of the parts that all held", all(critical, is(">", 5)), is(">", 4)],
    ["every part of what held", all(critical, is(">", 5)), all(is(">", 5), critical)],
    ["more ways than before", any(critical), any(is(">", 5), critical)],
    ["one way as one of two", critical, any(is(">", 5), critical)],
    ["every way in one border", any(is("=", 6), is("=", 7)), is(">", 5)],
  ])("%s", (_, before, after) => {
    expect(holdsWherever(before, after)).toBe(true);
  });

  test.each<[string, Condition | null, Condition | null]>([
    ["only sometimes after always", null, critical],
    ["another guard", guard("a > 1"), guard("a > 0")],
    ["a guard after a comparison", critical, guard("priority")],
    ["a higher border of what is more", is(">", 5), is(">", 6)],
    ["the border left out", is(">=", 5), is(">", 5)],
    ["a lower border of what is less", is("<", 5), is("<", 4)],
    ["the upper border left out", is("<=", 5), is("<", 5)],
    ["the other side of a border", is(">", 5), is("<", 9)],
    ["the other side of an upper border", is("<", 5), is(">", 1)],
    ["less than what is more", is(">", 9), is("<", 5)],
    ["one value of what is more", is(">", 9), is("=", 5)],
    ["borders that have no order", is(">", "a"), is(">", "b")],
    ["another field", is(">", 5), is(">", 4, "risk.score")],
    ["another value", is("=", 7), is("=", 8)],
    ["a value outside of the border", is("=", 5), is(">", 5)],
    ["a list with one value outside", is("in", [5, 6]), is(">", 5)],
    ["a list that is none", is("in", "critical"), is("contains", "crit")],
    ["another value left out", is("!=", 3), is("!=", 5)],
    ["another value left out, the other way around", is("!=", 5), is("!=", 3)],
    ["another word inside", is("contains", 3), is("contains", 5)],
    ["another list left out", is("not_in", [1]), is("not_in", [1, 2])],
    ["a border after a value left out", is("!=", 3), is(">", 1)],
    ["a border after mere existence", is("exists", true), is(">", 1)],
    ["one part more", is(">", 5), all(is(">", 5), critical)],
    ["one of two ways", any(critical, is(">", 5)), critical],
    ["all of two ways", any(critical, is(">", 5)), all(critical, is(">", 5))],
    ["other ways", critical, any(is(">", 5), is("<", 1))],
    ["none of the parts alone", all(is(">", 5), is("<", 9)), is("=", 7)],
  ])("cannot be said of %s", (_, before, after) => {
    expect(holdsWherever(before, after)).toBe(false);
  });

  test("is judged in ten thousand steps; what takes more cannot be told", () => {
    const values = (count: number): Condition =>
      any(...Array.from({ length: count }, (_, value) => is("=", value)));
    expect(holdsWherever(values(9_999), is("exists", true))).toBe(true);
    expect(holdsWherever(values(10_000), is("exists", true))).toBe(false);
  });
});

describe("a condition that changed is said in words", () => {
  const change = (before: Condition | null, after: Condition | null): readonly string[] =>
    told(conditionChange("chain[0].conditions", "level 1 now applies", before, after));

  test.each<[Condition | null, Condition | null, string]>([
    [null, critical, "LOOSENS … only if priority = critical instead of always"],
    [critical, null, "… always instead of only if priority = critical"],
    [
      any(is(">", 5), guard("issue.big")),
      all(critical, is("in", ["a", "b"])),
      'LOOSENS … only if all of (priority = critical; amount in ["a","b"]) instead of only if any of (amount > 5; issue.big)',
    ],
  ])("%j, then %j", (before, after, words) => {
    const where = "chain[0].conditions: level 1 now applies";
    expect(change(before, after)).toEqual([words.replace("…", where)]);
  });

  test("the same one in other words is no change", () => {
    expect(change(critical, { ...critical })).toEqual([]);
    expect(change(null, null)).toEqual([]);
  });

  test("up to 200 characters of each; the rest is cut", () => {
    const saying = (length: number): readonly [Condition, string] => {
      const [one, other] = ["a".repeat(85), "b".repeat(length - 114)];
      const words = `all of (amount = ${one}; amount = ${other})`;
      expect(words).toHaveLength(length);
      return [all(is("=", one), is("=", other)), words];
    };
    const [longest, words] = saying(200);
    expect(change(null, longest)[0]).toContain(`only if ${words} instead`);
    const [longer, more] = saying(201);
    expect(change(null, longer)[0]).toContain(`only if ${more.slice(0, 199)}… instead`);
  });
});

describe("values in a text", () => {
  test.each<[unknown, string]>([
    ["on-commit", "on-commit"],
    ["k8s:*/x.y@z", "k8s:*/x.y@z"],
    ["two words", '"two words"'],
    ["!", '"!"'],
    ["trailing ", '"trailing "'],
    ["", '""'],
    [5, "5"],
    [false, "false"],
    [null, "null"],
    [{ type: "object" }, '{"type":"object"}'],
    [undefined, "nothing"],
    ["x".repeat(120), "x".repeat(120)],
    ["x".repeat(121), `${"x".repeat(119)}…`],
  ])("%j is quoted as %s", (value, text) => {
    expect(quoted(value)).toBe(text);
  });

  test("a list says the first five and how many there are more", () => {
    expect(listed(["a", "b", "c", "d", "e"])).toBe("a, b, c, d, e");
    expect(listed(["a", "b", "c", "d", "e", "f", "g"])).toBe("a, b, c, d, e and 2 more");
    const [long, cut] = ["x".repeat(121), `${"x".repeat(119)}…`];
    expect(listed([long, "b"])).toBe(`${cut}, b`);
    expect(listed([long, "b", "c", "d", "e", "f"])).toBe(`${cut}, b, c, d, e and 1 more`);
  });

  test("parts of one name are paired in their order; what is over is gone or has come", () => {
    const part = (name: string, place: number) => ({ name, place });
    const before = [part("a", 1), part("b", 2), part("a", 3)];
    const after = [part("a", 4), part("c", 5), part("a", 6), part("a", 7)];
    expect(paired(before, after, ({ name }) => name)).toEqual({
      both: [
        [part("a", 1), part("a", 4)],
        [part("a", 3), part("a", 6)],
      ],
      gone: [part("b", 2)],
      come: [part("c", 5), part("a", 7)],
    });
  });
});
