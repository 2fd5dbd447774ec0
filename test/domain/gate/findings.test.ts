import { describe, expect, test } from "vitest";
import type { GateSubject } from "@countersign/domain/gate/gate.ts";
import { counterpartiesOf } from "@countersign/domain/gate/judge-subject.ts";
import type { Ask } from "@countersign/domain/request/commands.ts";
import { active, asksFor, denies, gate, rule } from "../../testkit/examples/gates.ts";
import { when } from "../../testkit/examples/policies.ts";
import { acts, evaluated } from "./evaluating.ts";

const amount = (field: string): GateSubject => ({ type: "amount_threshold", field, above: 500 });
const partner: GateSubject = { type: "new_counterparty", field: "parameters.to" };
const risky: GateSubject = { type: "high_risk", above: 0.8 };
const sensitive: GateSubject = { type: "sensitivity", triggers: ["data_export", "spend"] };
const position: GateSubject = { type: "manual", position: "after:style_analysis" };
const costly = (per: "run" | "agent" | "day"): GateSubject => ({
  type: "cost_threshold",
  thresholdUsd: 0.5,
  per,
});

const context = (fields: Ask["context"]): Partial<Ask> => ({ ...acts("x:y"), context: fields });
const risk = (fields: Ask["riskSnapshot"]): Partial<Ask> => ({
  ...acts("x:y"),
  riskSnapshot: fields,
});

/** What the gate says of this ask; none where it passes. */
const said = (
  subject: GateSubject,
  fields: Partial<Ask>,
  more: Parameters<typeof gate>[1] = {},
): readonly string[] =>
  evaluated(active([gate(subject, more)]), fields).reasons.map(({ message }) => message);

describe("A gate says in a sentence what it found", () => {
  test.each<[GateSubject, Partial<Ask>, string]>([
    [{ type: "require_approval" }, acts("x:y"), "The action x:y requires approval."],
    [amount("parameters.sum"), acts("x:y", { sum: 501 }), "parameters.sum is 501, above 500."],
    [
      amount("parameters.sum"),
      acts("x:y", { sum: "9" }),
      'parameters.sum is "9", which is no number.',
    ],
    [partner, acts("x:y", { to: "acme" }), 'parameters.to is "acme", never dealt with before.'],
    [partner, acts("x:y", { to: 7 }), 'parameters.to is "7", never dealt with before.'],
    [partner, acts("x:y", { to: ["a", { b: 1 }] }), 'parameters.to is ["a",{"b":1}]: no name.'],
    [partner, acts("x:y", { to: [] }), "parameters.to is []: no name."],
    [risky, risk({ score: 0.81 }), "The risk score is 0.81, above 0.8."],
    [risky, risk({ score: "0.9" }), 'The risk score is "0.9", which is no number.'],
    [sensitive, context({ triggers: ["a", "spend"] }), '"spend" is sensitive.'],
    [sensitive, context({ triggers: "spend" }), '"spend" is sensitive.'],
    [sensitive, acts("data_export"), '"data_export" is sensitive.'],
    [
      sensitive,
      context({ triggers: ["a", 1] }),
      'context.triggers is ["a",1], which is no list of names.',
    ],
    [
      position,
      context({ position: "after:style_analysis" }),
      'The position is "after:style_analysis".',
    ],
    [
      costly("run"),
      risk({ estimated_cost_usd: 0.6 }),
      "With this, the run comes to $0.6, above $0.5.",
    ],
    [
      costly("agent"),
      risk({ estimated_cost_usd: 1 }),
      "With this, the agent comes to $1, above $0.5.",
    ],
    [costly("day"), risk({ estimated_cost_usd: 2 }), "With this, the day comes to $2, above $0.5."],
    [
      costly("run"),
      risk({ estimated_cost_usd: "much" }),
      'The estimated cost is "much", which is no number.',
    ],
    [
      { type: "approval_level", level: "always", namespace: null },
      acts("x:y"),
      "The approval level is always: x:y.",
    ],
  ])("%j of %j: %s", (subject, fields, sentence) => {
    expect(said(subject, fields)).toEqual([sentence]);
  });

  test.each<[GateSubject, string]>([
    [amount("parameters.sum"), "parameters.sum is missing."],
    [partner, "parameters.to is missing."],
    [risky, "There is no risk score."],
    [position, "context.position is missing."],
  ])("%j, with its action named, of what is not there or null: %s", (subject, sentence) => {
    const named = { actions: ["x:*"] };
    const nothing: Partial<Ask> = {
      ...acts("x:y", { sum: null, to: null }),
      riskSnapshot: { score: null },
      context: { position: null },
    };
    expect(said(subject, acts("x:y"), named)).toEqual([sentence]);
    expect(said(subject, nothing, named)).toEqual([sentence]);
    expect(said(subject, nothing)).toEqual([]);
  });

  test("what passes leaves its name in the trace and no sentence", () => {
    const fields = {
      ...acts("x:y", { sum: 500, to: "acme" }),
      riskSnapshot: { score: 0.8, estimated_cost_usd: null },
      context: { triggers: ["a"], position: "elsewhere" },
    };
    const gates = active(
      [amount("parameters.sum"), partner, risky, sensitive, position, costly("run")].map(
        (subject) => gate(subject),
      ),
    );
    expect(said(costly("run"), acts("x:y"))).toEqual([]);
    const { decision, checks } = evaluated(gates, fields, {
      facts: { knowsCounterparty: () => true },
    });
    expect(decision).toBe("ALLOW");
    expect(checks).toEqual(
      [
        "amount_threshold",
        "new_counterparty",
        "high_risk",
        "sensitivity",
        "manual",
        "cost_threshold",
      ].map((check) => ({ check, result: "pass" })),
    );
  });

  test("a long value is shown by its beginning", () => {
    const of = (length: number): string | undefined =>
      said(amount("parameters.sum"), acts("x:y", { sum: "x".repeat(length) }))[0];
    expect(of(118)).toBe(`parameters.sum is "${"x".repeat(118)}", which is no number.`);
    expect(of(119)).toBe(`parameters.sum is "${"x".repeat(118)}…, which is no number.`);
  });

  test("dollars are added to a billionth: a tenth and two tenths are three", () => {
    const cost = { run: { spentUsd: 0.1, reservedUsd: 0.2 } };
    const none = { spentUsd: 0, reservedUsd: 0 };
    const facts = { cost: { agent: none, day: none, ...cost } };
    const exactly: GateSubject = { type: "cost_threshold", thresholdUsd: 0.3, per: "run" };
    const at = (estimate: number) =>
      evaluated(active([gate(exactly)]), risk({ estimated_cost_usd: estimate }), { facts }).reasons;
    expect(at(0)).toEqual([]);
    expect(at(0.000_000_001)).toMatchObject([
      { message: "With this, the run comes to $0.300000001, above $0.3." },
    ]);
    expect(at(1e300)).toMatchObject([
      { message: "With this, the run comes to $1e+300, above $0.3." },
    ]);
  });
});

describe("What a gate's message says", () => {
  const message = "Refunds are for people.";

  test("is its reason, with what was missing behind it", () => {
    const named = { actions: ["x:*"], message };
    expect(said(amount("parameters.sum"), acts("x:y", { sum: 501 }), named)).toEqual([message]);
    expect(said(amount("parameters.sum"), acts("x:y"), named)).toEqual([
      `${message} (parameters.sum is missing.)`,
    ]);
  });

  test.each([
    [null, "The guard could not be judged: context.missing missing"],
    [message, `${message} The guard could not be judged: context.missing missing`],
  ])("%j stands before why a guard could not be judged: %s", (own, sentence) => {
    const guarded = { when: when("context.missing", "yes"), message: own };
    expect(said({ type: "require_approval" }, acts("x:y"), guarded)).toEqual([
      sentence,
      own ?? "The action x:y requires approval.",
    ]);
    const denying = evaluated(active([denies("*", guarded)]), acts("x:y"));
    expect(denying.reasons).toEqual([{ code: "GUARD_ERROR", message: sentence }]);
    expect(denying.fired).toMatchObject([{ id: "never", type: "deny", gate: { id: "never" } }]);
    const { when: condition } = guarded;
    const ruled = evaluated(active([], { rules: [rule("deny", condition, { reason: own })] }));
    expect(ruled.reasons).toEqual([{ code: "GUARD_ERROR", message: sentence }]);
    expect(ruled.fired).toEqual([{ id: "rule-deny", type: "rule", gate: null }]);
  });

  test("a deny without one names the action and itself", () => {
    const { reasons } = evaluated(active([denies("*")]), acts("x:y"));
    expect(reasons).toEqual([{ code: "DENIED_BY_RULE", message: "x:y is denied by never." }]);
  });

  test("of a deny that holds stands alone, though another could not be judged", () => {
    const gates = active([
      denies("*", { id: "unclear", when: when("context.missing", "yes") }),
      denies("*", { id: "clear", message }),
      asksFor("*"),
    ]);
    const verdict = evaluated(gates, acts("x:y"));
    expect(verdict.reasons).toEqual([{ code: "DENIED_BY_RULE", message }]);
    expect(verdict.checks.map(({ check, result }) => [check, result])).toEqual([
      ["unclear", "escalate"],
      ["clear", "deny"],
    ]);
    expect(verdict.fired).toEqual([]);
  });
});

describe("A gate's field", () => {
  const ask: Partial<Ask> = {
    action: { type: "x:y", tool: "t", parameters: { sum: 501, "a.b": 501 } },
    context: { budget: { left: 501 }, parameters: { elsewhere: 501 }, sum: 501 },
    riskSnapshot: { exposure: 501 },
  };

  test.each([
    ["parameters.sum", true],
    ["budget.left", true],
    ["parameters.elsewhere", true],
    ["sum", true],
    ["action.parameters.sum", true],
    ["context.budget.left", true],
    ["risk.exposure", true],
    ["budget", true],
    ["budget.left.cents", false],
    ["action.sum", false],
    ["parameters.toString", false],
    ["risk", false],
  ])("%s is found: %j", (field, found) => {
    expect(said(amount(field), ask).length > 0).toBe(found);
  });

  test("names counterparties, one or many, and none where it names nobody", () => {
    const named = (to: Ask["context"][string]) => {
      const action = { type: "x:y", parameters: { to } };
      return counterpartiesOf({ action, context: {}, facts: {} }, "parameters.to");
    };
    expect(named("acme")).toEqual(["acme"]);
    expect(named(["acme", 7])).toEqual(["acme", "7"]);
    expect(named(["acme", null])).toEqual([]);
    expect(named({ acme: true })).toEqual([]);
    expect(named(null)).toEqual([]);
  });
});
