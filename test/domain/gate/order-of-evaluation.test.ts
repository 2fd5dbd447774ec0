import { describe, expect, test } from "vitest";
import { relevantTo } from "@countersign/domain/gate/active-gates.ts";
import {
  evaluateGates,
  looksAtCost,
  looksAtRisk,
} from "@countersign/domain/gate/evaluate-gates.ts";
import type { GateSubject } from "@countersign/domain/gate/gate.ts";
import type { KnownStandingGrant } from "@countersign/domain/standing-grant/standing-grant.ts";
import { active, asksFor, denies, gate, rule } from "../../testkit/examples/gates.ts";
import { when } from "../../testkit/examples/policies.ts";
import { acts, codes, evaluated } from "./evaluating.ts";

const inContext = (field: string) => when(`context.${field}`, "yes");
const yes = { ...acts("x:y"), context: { a: "yes", b: "no" } };

const grant = (fields: Partial<KnownStandingGrant> = {}): ReadonlyMap<string, KnownStandingGrant> =>
  new Map([
    [
      "sgr_1",
      {
        id: "sgr_1",
        actions: ["x:*"],
        agent: null,
        when: null,
        endsAt: "2026-01-06T09:00:00.000Z",
        reason: "Freeze is over",
        createdAt: "2026-01-05T08:00:00.000Z",
        createdBy: { kind: "person", id: "ana" },
        revokedAt: null,
        ...fields,
      },
    ],
  ]);

describe("Gates are evaluated in one order", () => {
  test("all that fire give their reasons, in the order of the file", () => {
    const gates = active([
      asksFor("x:*", { id: "second-by-name" }),
      gate({ type: "high_risk", above: 0.5 }, { id: "risk" }),
      asksFor("z:*", { id: "elsewhere" }),
      asksFor("*", { id: "all" }),
    ]);
    const verdict = evaluated(gates, { ...acts("x:y"), riskSnapshot: { score: 0.9 } });
    expect(codes(verdict)).toEqual(["REQUIRES_APPROVAL", "HIGH_RISK_ACTION", "REQUIRES_APPROVAL"]);
    expect(verdict.fired.map(({ id }) => id)).toEqual(["second-by-name", "risk", "all"]);
    expect(verdict.checks.map(({ check }) => check)).toEqual(["second-by-name", "risk", "all"]);
  });

  test("deny wins over what asks and over what approves", () => {
    const gates = active([asksFor("x:*", { liftable: true })], {
      rules: [
        rule("approve", inContext("a")),
        rule("deny", inContext("a"), { id: "no", reason: "Frozen" }),
      ],
    });
    const verdict = evaluated(gates, yes, { standingGrants: grant() });
    expect(verdict.decision).toBe("DENY");
    expect(verdict.reasons).toEqual([{ code: "DENIED_BY_RULE", message: "Frozen" }]);
  });

  test.each([
    ["rule", active([], { rules: [rule("deny", inContext("missing"))] })],
    ["gate", active([denies("*", { when: inContext("missing") })])],
  ])("a deny %s whose guard cannot be judged asks for people and says why", (_, gates) => {
    const verdict = evaluated(gates, yes);
    expect(verdict.decision).toBe("ESCALATE");
    expect(codes(verdict)).toEqual(["GUARD_ERROR"]);
    expect(verdict.reasons[0]?.message).toContain("context.missing missing");
    expect(verdict.checks).toMatchObject([{ result: "escalate", code: "GUARD_ERROR" }]);
  });

  test("a deny whose guard is false passes, and stands in the trace", () => {
    const gates = active([denies("*", { when: inContext("b") })]);
    expect(evaluated(gates, yes)).toMatchObject({
      decision: "ALLOW",
      checks: [{ check: "never", result: "pass" }],
    });
  });

  test("a guard narrows a gate: false passes, true and unknown ask", () => {
    const guarded = (field: string) => active([asksFor("*", { when: inContext(field) })]);
    expect(evaluated(guarded("b"), yes)).toMatchObject({
      decision: "ALLOW",
      checks: [{ check: "require_approval", result: "pass" }],
    });
    expect(codes(evaluated(guarded("a"), yes))).toEqual(["REQUIRES_APPROVAL"]);
    const unknown = evaluated(guarded("missing"), yes);
    expect(codes(unknown)).toEqual(["GUARD_ERROR", "REQUIRES_APPROVAL"]);
    expect(unknown.reasons[0]?.message).toContain("context.missing missing");
  });

  test("a guard that fails asks for people", () => {
    const failing = { kind: "expression", text: "context.a + 1 > 2" } as const;
    const verdict = evaluated(active([denies("*", { when: failing })]), yes);
    expect(codes(verdict)).toEqual(["GUARD_ERROR"]);
  });

  test("an approve rule lifts only a gate that is marked liftable", () => {
    const rules = [rule("approve", inContext("a"), { id: "docs-only", reason: "Documentation" })];
    expect(evaluated(active([asksFor("*", { liftable: true })], { rules }), yes)).toMatchObject({
      decision: "ALLOW",
      reasons: [],
      checks: [
        {
          check: "require_approval",
          result: "pass",
          code: "REQUIRES_APPROVAL",
          lifted_by: "docs-only",
        },
      ],
    });
    const two = active([asksFor("*", { id: "soft", liftable: true }), asksFor("*")], { rules });
    expect(evaluated(two, yes).fired.map(({ id }) => id)).toEqual(["require_approval"]);
  });

  test.each([
    ["false", "b"],
    ["unknown", "missing"],
  ])("an approve rule whose guard is %s lifts nothing", (_, field) => {
    const rules = [rule("approve", inContext(field))];
    const gates = active([asksFor("*", { liftable: true })], { rules });
    expect(evaluated(gates, yes).decision).toBe("ESCALATE");
  });

  test("a standing grant lifts liftable gates for its actions, its agent and its time", () => {
    const soft = active([asksFor("*", { liftable: true })]);
    const lifted = (standingGrants: ReturnType<typeof grant>, now?: string) =>
      evaluated(soft, yes, { standingGrants, ...(now === undefined ? {} : { now }) });
    expect(lifted(grant())).toMatchObject({ decision: "ALLOW", checks: [{ lifted_by: "sgr_1" }] });
    expect(lifted(grant({ agent: "deployment-bot" })).decision).toBe("ALLOW");
    expect(lifted(grant({ agent: "ci" })).decision).toBe("ESCALATE");
    expect(lifted(grant({ actions: ["z:*"] })).decision).toBe("ESCALATE");
    expect(lifted(grant({ revokedAt: "2026-01-05T08:30:00.000Z" })).decision).toBe("ESCALATE");
    expect(lifted(grant(), "2026-01-06T09:00:00.000Z").decision).toBe("ESCALATE");
    const hard = active([asksFor("*")]);
    expect(evaluated(hard, yes, { standingGrants: grant() }).decision).toBe("ESCALATE");
  });

  test("a standing grant is named before an approve rule that would lift as well", () => {
    const rules = [rule("approve", inContext("a"), { id: "docs-only" })];
    const soft = active([asksFor("*", { liftable: true, message: "Ask us." })], { rules });
    expect(evaluated(soft, yes, { standingGrants: grant() }).checks).toEqual([
      {
        check: "require_approval",
        result: "pass",
        code: "REQUIRES_APPROVAL",
        message: "Ask us.",
        lifted_by: "sgr_1",
      },
    ]);
  });

  test("what lifts is looked for once, however many gates have fired", () => {
    let looks = 0;
    const text = "context.a == 'yes'";
    const rules = [rule("approve", { kind: "expression", text })];
    const gates = active(
      ["a", "b"].map((id) => asksFor("*", { id, liftable: true })),
      { rules },
    );
    const question = {
      action: { type: "x:y", parameters: {} },
      view: null,
      context: {},
      risk: {},
      requester: { kind: "agent", id: "ci", owner: "ana" },
      facts: {},
      mayLoosen: false,
    } as const;
    const decided = (value: boolean) =>
      evaluateGates(gates, question, {
        now: "2026-01-05T09:00:00.000Z",
        standingGrants: new Map(),
        evaluateExpression: () => {
          looks += 1;
          return { value, why: null };
        },
      }).decision;
    expect([decided(true), looks]).toEqual(["ALLOW", 1]);
    expect([decided(false), looks]).toEqual(["ESCALATE", 2]);
  });
});

describe("Before anything is asked of others it is known", () => {
  const risk: GateSubject = { type: "high_risk", above: 0.5 };
  const cost: GateSubject = { type: "cost_threshold", thresholdUsd: 1, per: "run" };

  test.each([
    ["a gate on risk", active([asksFor("*"), gate(risk)]), true],
    ["a gate whose guard is on risk", active([asksFor("*", { when: when("risk.x", 1) })]), true],
    ["a rule on risk", active([], { rules: [rule("deny", when("risk.score", 1))] }), true],
    ["guards on others", active([asksFor("*", { when: when("context.brisk", 1) })]), false],
    ["rules on others", active([], { rules: [rule("deny", when("risky", 1))] }), false],
    ["a gate on costs", active([gate(cost)]), false],
    ["nothing", active([]), false],
  ])("whether a risk score may decide: %s", (_, gates, looks) => {
    expect(looksAtRisk(gates)).toBe(looks);
    expect(looksAtRisk(gates)).toBe(looks);
  });

  test.each([
    ["a gate on costs", active([asksFor("*"), gate(cost)]), true],
    ["others", active([asksFor("*"), gate(risk)]), false],
    ["nothing", active([]), false],
  ])("whether what was spent decides: %s", (_, gates, looks) => {
    expect(looksAtCost(gates)).toBe(looks);
  });

  test("which gates concern an action type, for a thousand types at a time", () => {
    const gates = active([asksFor("x:*"), denies("*"), denies("z:*", { id: "z" })], {
      rules: [rule("deny", inContext("a")), rule("approve", inContext("a"))],
    });
    const first = relevantTo(gates, "x:y");
    expect(first.asking.map(({ id }) => id)).toEqual(["require_approval"]);
    expect(first.denying.map(({ id }) => id)).toEqual(["never"]);
    expect(first.denyRules.map(({ id }) => id)).toEqual(["rule-deny"]);
    expect(first.approveRules.map(({ id }) => id)).toEqual(["rule-approve"]);
    for (let type = 1; type < 1_000; type += 1) relevantTo(gates, `t:${type}`);
    expect(relevantTo(gates, "x:y")).toBe(first);
    relevantTo(gates, "t:1000");
    expect(relevantTo(gates, "x:y")).not.toBe(first);
  });
});
