import { describe, expect, test } from "vitest";
import type { Json, JsonObject } from "@countersign/domain/json.ts";
import type { Condition, Operator } from "@countersign/domain/policy/condition.ts";
import { evaluateCondition, lookup } from "@countersign/domain/policy/evaluate-condition.ts";
import type { EvaluateExpression } from "@countersign/domain/reference.ts";

const noExpression: EvaluateExpression = (text) => ({ value: null, why: `${text} was not run` });
const field = (name: string, operator: Operator, value: Json): Condition => ({
  kind: "field",
  field: name,
  operator,
  value,
});
const judge = (condition: Condition, facts: JsonObject, run = noExpression) =>
  evaluateCondition(condition, facts, run);

const facts: JsonObject = {
  issue: {
    priority: "critical",
    amount: 5000,
    labels: ["security", "breaking-change"],
    due: "2026-03-01",
    empty: null,
    none: [],
    dates: ["2026-03-01"],
    endless: Number.POSITIVE_INFINITY,
    flag: false,
    custom_fields: { release_type: "major" },
  },
  action: { type: "deploy", parameters: { namespace: "production", priority: "low" } },
  context: { amount_usd: 12 },
};

describe("comparisons of one field", () => {
  test.each<[string, Operator, Json, boolean | null]>([
    ["priority", "=", "critical", true],
    ["priority", "=", "Critical", false],
    ["priority", "!=", "low", true],
    ["amount", "=", 5000, true],
    ["amount", "=", "5000", false],
    ["amount", "!=", "5000", true],
    ["flag", "=", false, true],
    ["flag", "=", 0, false],
    ["labels", "=", ["security", "breaking-change"], true],
    ["labels", "=", ["security"], false],
    ["labels", "=", ["breaking-change", "security"], false],
    ["labels", "=", { 0: "security", 1: "breaking-change" }, false],
    ["none", "=", {}, false],
    ["labels", "=", "security", false],
    ["custom_fields", "=", { release_type: "major" }, true],
    ["custom_fields", "=", { release_type: "major", x: 1 }, false],
    ["custom_fields", "=", { release_type: "minor" }, false],
    ["custom_fields", "=", { toString: "major" }, false],
    ["custom_fields", "=", "major", false],
    ["priority", "=", { release_type: "major" }, false],
    ["custom_fields", "=", ["major"], false],
    ["amount", ">", 4999, true],
    ["amount", ">", 5000, false],
    ["amount", ">=", 5000, true],
    ["amount", ">=", 5001, false],
    ["amount", "<", 5001, true],
    ["amount", "<", 5000, false],
    ["amount", "<=", 5000, true],
    ["amount", "<=", 4999, false],
    ["flag", "<", 5, null],
    ["endless", ">", Number.POSITIVE_INFINITY, null],
    ["amount", ">", "4999", null],
    ["priority", ">", "a", null],
    ["due", ">", "2026-02-28", true],
    ["due", "<", "2026-03-01T00:00:01Z", true],
    ["due", "<", "2026-03-01T01:00:00+02:00", false],
    ["due", ">", "2026-02-30", null],
    ["due", ">", 3, null],
    ["amount", "<", "2026-03-01", null],
    ["priority", "<", "2026-03-01", null],
    ["priority", "in", ["high", "critical"], true],
    ["priority", "in", ["high"], false],
    ["priority", "in", "critical", null],
    ["priority", "not_in", ["high"], true],
    ["priority", "not_in", ["critical"], false],
    ["priority", "not_in", "x", null],
    ["labels", "contains", "security", true],
    ["labels", "contains", "secur", false],
    ["priority", "contains", "crit", true],
    ["priority", "contains", 3, null],
    ["amount", "contains", 5, null],
    ["amount", "contains", "5", null],
    ["dates", ">", "2026-02-28", null],
    ["due", ">", ["2026-02-28"], null],
    ["priority", "exists", true, true],
    ["priority", "exists", false, false],
    ["nothing", "exists", true, false],
    ["nothing", "exists", false, true],
    ["nothing", "exists", "no", false],
    ["empty", "exists", true, false],
    ["flag", "exists", true, true],
    ["nothing", "=", "x", null],
    ["nothing", "!=", "x", null],
    ["nothing", "not_in", ["x"], null],
    ["empty", "=", null, null],
  ])("%s %s %j is %j", (name, operator, value, expected) => {
    expect(judge(field(name, operator, value), facts).value).toBe(expected);
  });
});

describe("where a field is looked up", () => {
  test("a bare field of a transition is the topic's, also when the payload has one of that name", () => {
    expect(lookup(facts, "priority")).toBe("critical");
    expect(lookup(facts, "namespace")).toBeUndefined();
  });

  test("without a topic it is the context's, then the payload's", () => {
    const asked: JsonObject = {
      context: { team: "core" },
      action: { type: "x", parameters: { team: "other", namespace: "production" } },
    };
    expect(lookup(asked, "team")).toBe("core");
    expect(lookup(asked, "namespace")).toBe("production");
  });

  test("a root is taken literally", () => {
    expect(lookup(facts, "context.amount_usd")).toBe(12);
    expect(lookup(facts, "action.parameters.namespace")).toBe("production");
    expect(lookup(facts, "issue.custom_fields.release_type")).toBe("major");
    expect(lookup(facts, "risk.score")).toBeUndefined();
  });

  test.each([
    "__proto__",
    "constructor",
    "toString.name",
    "labels.length",
    "labels.0",
    "priority.length",
    "issue.__proto__.x",
    "",
    ".",
    "a..b",
  ])("%j finds nothing that is no fact", (name) => {
    expect(lookup(facts, name)).toBeUndefined();
  });
});

describe("three-valued logic", () => {
  const yes = field("priority", "exists", true);
  const no = field("priority", "exists", false);
  const unknown = field("nothing", "=", 1);

  test.each([
    [[yes, yes], true, true],
    [[yes, no], false, true],
    [[no, no], false, false],
    [[yes, unknown], null, true],
    [[no, unknown], false, null],
    [[unknown, unknown], null, null],
    [[], true, false],
  ] as const)("all and any of %j", (of, all, any) => {
    expect(judge({ kind: "all", of }, facts).value).toBe(all);
    expect(judge({ kind: "any", of }, facts).value).toBe(any);
  });

  test("they nest", () => {
    const condition: Condition = {
      kind: "any",
      of: [
        { kind: "all", of: [yes, no] },
        { kind: "all", of: [yes, unknown] },
      ],
    };
    expect(judge(condition, facts).value).toBeNull();
  });
});

describe("what is said about a decision", () => {
  test("every field with its frozen value, also behind the one that decided", () => {
    const {
      because,
      facts: seen,
      missing,
    } = judge(
      {
        kind: "any",
        of: [field("priority", "=", "critical"), field("nothing", "contains", "x")],
      },
      facts,
    );
    expect(because).toBe('priority = "critical"; nothing missing');
    expect(seen).toEqual({ priority: "critical", nothing: null });
    expect(missing).toEqual(["nothing"]);
  });

  test("a field that is null is missing, too", () => {
    expect(judge(field("empty", "=", 1), facts)).toEqual({
      value: null,
      because: "empty missing",
      facts: { empty: null },
      missing: ["empty"],
    });
  });

  test("two values without an order", () => {
    expect(judge(field("priority", ">", 3), facts).because).toBe(
      'priority = "critical", which does not compare with > 3',
    );
  });

  test("a value of 200 characters as it is, a longer one cut to as many", () => {
    const because = (value: string): string =>
      judge(field("long", "exists", true), { context: { long: value } }).because;
    expect(because("x".repeat(198))).toBe(`long = "${"x".repeat(198)}"`);
    expect(because("x".repeat(199))).toBe(`long = "${"x".repeat(198)}…`);
  });

  test("the fields of a guard expression, but not words inside of its texts", () => {
    const run: EvaluateExpression = () => ({ value: true, why: null });
    const { because, value } = judge(
      {
        kind: "expression",
        text: 'issue.priority == "context.secret" && action.type.startsWith("issue.x")',
      },
      facts,
      run,
    );
    expect(value).toBe(true);
    expect(because).toBe('issue.priority = "critical"; action.type = "deploy"');
  });

  test.each([
    ["'context.a' == issue.flag", ["issue.flag"]],
    [String.raw`"a \" context.b" == issue.flag`, ["issue.flag"]],
    [String.raw`'it\'s context.b' == issue.flag`, ["issue.flag"]],
    ['"" == issue.flag && "context.a" != ""', ["issue.flag"]],
    ["my.issue.flag || xissue.flag || 1issue.flag", []],
    ["issue == 1 || issue. == 1 || issue.1", []],
    ["issue.labels.exists(label, label == context.team9)", ["issue.labels", "context.team9"]],
    ["context.f(1) || context.size(1)", []],
    ["issue.a-context._b", ["issue.a", "context._b"]],
    ["issue.custom_fields.release_type == 1", ["issue.custom_fields.release_type"]],
    ["_issue.a || Issue.a || elsewhere.x", []],
  ])("%s names %j", (text, fields) => {
    const run: EvaluateExpression = () => ({ value: true, why: null });
    const { facts: seen } = judge({ kind: "expression", text }, {}, run);
    expect(Object.keys(seen)).toEqual(fields);
  });

  test("an expression without fields stands for itself", () => {
    const run: EvaluateExpression = () => ({ value: true, why: null });
    expect(judge({ kind: "expression", text: "1 == 1" }, facts, run).because).toBe("1 == 1");
  });

  test("an expression that failed says why", () => {
    const { because, value } = judge({ kind: "expression", text: "1 / 0 == 1" }, facts);
    expect([value, because]).toEqual([null, "1 / 0 == 1 was not run"]);
    const run: EvaluateExpression = () => ({ value: null, why: null });
    expect(judge({ kind: "expression", text: "1 / 0 == 1" }, facts, run).because).toBe(
      "1 / 0 == 1 is unknown",
    );
  });

  test("one that failed for want of a field names the field, any other field notwithstanding", () => {
    const because = (text: string): string => judge({ kind: "expression", text }, facts).because;
    expect(because("issue.nothing > 1 && issue.flag")).toBe(
      "issue.nothing missing; issue.flag = false",
    );
    expect(because("issue.flag > 1")).toBe("issue.flag = false; issue.flag > 1 was not run");
  });
});
