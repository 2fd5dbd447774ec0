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
    ["custom_fields", "=", { release_type: "major" }, true],
    ["custom_fields", "=", { release_type: "major", x: 1 }, false],
    ["amount", ">", 4999, true],
    ["amount", ">", 5000, false],
    ["amount", ">=", 5000, true],
    ["amount", "<", 5001, true],
    ["amount", "<=", 4999, false],
    ["amount", ">", "4999", null],
    ["priority", ">", "a", null],
    ["due", ">", "2026-02-28", true],
    ["due", "<", "2026-03-01T00:00:01Z", true],
    ["due", "<", "2026-03-01T01:00:00+02:00", false],
    ["due", ">", "2026-02-30", null],
    ["due", ">", 3, null],
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
    ["priority", "exists", true, true],
    ["priority", "exists", false, false],
    ["nothing", "exists", true, false],
    ["nothing", "exists", false, true],
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

  test("two values without an order", () => {
    expect(judge(field("priority", ">", 3), facts).because).toBe(
      'priority = "critical", which does not compare with > 3',
    );
  });

  test("a very long value is shortened", () => {
    const { because } = judge(field("long", "exists", true), {
      context: { long: "x".repeat(999) },
    });
    expect(because.length).toBeLessThan(220);
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

  test("an expression that failed says why", () => {
    const { because, value } = judge({ kind: "expression", text: "1 / 0 == 1" }, facts);
    expect([value, because]).toEqual([null, "1 / 0 == 1 was not run"]);
  });
});
