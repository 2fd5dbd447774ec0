import { describe, expect, test } from "vitest";
import { evaluateExpression, faultOfExpression } from "@countersign/definitions/expression.ts";
import type { JsonObject } from "@countersign/domain/json.ts";

const facts: JsonObject = {
  issue: {
    priority: "critical",
    amount: 5000,
    labels: ["security"],
    metadata: { ai_generated: true },
    long: "a".repeat(50_000),
  },
  action: { type: "file_write", parameters: { path: "docs/a.md" } },
  context: {},
};

describe("guard expressions over frozen facts", () => {
  test.each<[string, boolean]>([
    ['issue.priority == "critical"', true],
    ["issue.metadata.ai_generated == true", true],
    ["issue.amount > 4999 && issue.amount <= 5000.0", true],
    ['"security" in issue.labels', true],
    ['issue.labels.exists(label, label.startsWith("sec"))', true],
    ['action.type == "file_write" && action.parameters.path.startsWith("docs/")', true],
    ['action.type == "git_commit"', false],
    ["has(issue.owner)", false],
    ["priority == 'critical'", true],
    ["issue.priority.matches('^cri')", true],
    ["issue.priority.matches('^rit')", false],
    ['"a.matches(b)" == issue.priority', false],
  ])("%s is %j", (text, value) => {
    expect(faultOfExpression(text)).toBeNull();
    expect(evaluateExpression(text, facts)).toEqual({ value, why: null });
  });

  test.each([
    ["issue.owner == 'x'", /No such key: owner/],
    ["risk.score > 0.5", /Unknown variable: risk/],
    ["issue.amount > 'x'", /failed/],
    ["issue.amount", /neither true nor false/],
    ["issue.priority.matches('(')", /failed/],
    ["constructor == 1", /Unknown variable|failed/],
    ["issue.constructor == 1", /No such key/],
    ["issue.toString == 1", /No such key/],
    ["toString == 1", /Unknown variable/],
    ["issue.a ==", /cannot be run/],
  ])("%s is unknown, and says why", (text, why) => {
    const result = evaluateExpression(text, facts);
    expect(result.value).toBeNull();
    expect(result.why).toMatch(why);
  });

  test("a missing field beside a true one leaves an `or` true and an `and` unknown", () => {
    expect(evaluateExpression("issue.owner == 1 || issue.amount == 5000", facts).value).toBe(true);
    expect(evaluateExpression("issue.owner == 1 && issue.amount == 5000", facts).value).toBeNull();
  });

  test("a pattern that makes other engines run for years is answered", () => {
    expect(evaluateExpression("issue.long.matches('^(a+)+$')", facts).value).toBe(true);
    expect(evaluateExpression("issue.long.matches('^(a+)+b$')", facts).value).toBe(false);
  });
});

describe("guards that cannot be kept", () => {
  test.each([
    ["1 + 2", /type int/],
    ["'x'", /type string/],
    ["a ==", /./],
    ["__proto__ == 1", /./],
    ["issue.labels.all(a, issue.labels.all(b, issue.labels.all(c, true)))", /2 loops/],
    [`issue.a == "${"x".repeat(4_000)}"`, /4000 characters/],
    [`${"(".repeat(60)}true${")".repeat(60)}`, /maxDepth/],
    [Array.from({ length: 600 }, () => "true").join(" || "), /./],
  ])("%s", (text, why) => {
    expect(faultOfExpression(text)).toMatch(why);
    expect(evaluateExpression(text, facts).value).toBeNull();
  });

  test("loops inside of loops are not run over very long lists", () => {
    const text = "issue.many.all(a, issue.many.all(b, a == b))";
    const many = Array.from({ length: 5_000 }, () => 1);
    expect(faultOfExpression(text)).toBeNull();
    expect(evaluateExpression(text, { issue: { many: [1, 1] } }).value).toBe(true);
    expect(evaluateExpression(text, { issue: { many } }).value).toBeNull();
  });
});
