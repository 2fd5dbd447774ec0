import { describe, expect, test } from "vitest";
import type { ActiveGates } from "@countersign/domain/gate/active-gates.ts";
import type { Ask, Principal } from "@countersign/domain/request/commands.ts";
import { evaluateAsk, evaluationOf } from "@countersign/domain/request/asking/evaluate-ask.ts";
import { factsFrom } from "@countersign/domain/request/asking/facts.ts";
import { codesWith, deniedByRule, tracedWith } from "@countersign/domain/request/asking/hold.ts";
import { ask } from "../../testkit/examples/asks.ts";
import { active, asksFor, denies, levels } from "../../testkit/examples/gates.ts";
import { qaOnly } from "../../testkit/examples/policies.ts";
import { referenceOf, world } from "../../testkit/world.ts";

const bot: Principal = { kind: "agent", id: "deployment-bot", org: "demo" };

const evaluated = (
  gates: ActiveGates,
  fields: Partial<Ask> = {},
  principal: Principal | null = bot,
) =>
  evaluateAsk(
    ask(fields),
    { now: "2026-01-05T09:00:00.000Z", principal },
    referenceOf({ ...world(qaOnly), gates }),
  );

describe("evaluating an ask without asking", () => {
  const asking = active([asksFor("kubernetes:*", { id: "deploys", message: "Deploys are seen." })]);
  const reason = { code: "REQUIRES_APPROVAL", message: "Deploys are seen." };
  const escalated = { check: "deploys", result: "escalate", ...reason };

  test("says whether people would be asked, why, and by which checks behind the asker's own", () => {
    expect(evaluated(asking)).toEqual({
      decision: "ESCALATE",
      reasons: [reason],
      policyTrace: { checks: [escalated] },
    });
    const own = { check: "mine", result: "pass" };
    expect(evaluated(asking, { policyTrace: { checks: [own], plan: 7 } })).toMatchObject({
      policyTrace: { checks: [own, escalated], plan: 7 },
    });
  });

  test("says that a rule denies it", () => {
    const never = active([denies("kubernetes:*", { message: "Never." })]);
    expect(evaluated(never)).toMatchObject({
      decision: "DENY",
      reasons: [{ code: "DENIED_BY_RULE", message: "Never." }],
    });
  });

  test("allows it where there are no gates, with the asker's trace as it is", () => {
    expect(evaluated(active([]))).toEqual({
      decision: "ALLOW",
      reasons: [],
      policyTrace: { checks: [] },
    });
    expect(evaluated(active([]), { policyTrace: { checks: ["mine"], plan: 7 } })).toEqual({
      decision: "ALLOW",
      reasons: [],
      policyTrace: { checks: ["mine"], plan: 7 },
    });
  });

  test("is for agents and people, each in their own name", () => {
    expect(evaluated(asking, {}, null)).toEqual({
      refusal: { code: "forbidden", message: "Only an agent or a person can ask." },
    });
    expect(evaluated(asking, { agent: { id: "ci" } })).toMatchObject({
      refusal: { code: "unprocessable", details: { faults: [{ path: "agent.id" }] } },
    });
  });

  describe("an approval level of the task's own", () => {
    const table = active([], { levels: levels({ fallback: "always" }) });

    test.each<readonly [string, Principal, "ALLOW" | "ESCALATE"]>([
      ["a person loosens", { kind: "person", id: "gus", org: "demo" }, "ALLOW"],
      ["an agent does not loosen", bot, "ESCALATE"],
      ["an agent with another right does not", { ...bot, scopes: ["execute"] }, "ESCALATE"],
      ["a key with the right to loosens", { ...bot, scopes: ["approval-level"] }, "ALLOW"],
    ])("%s", (_, principal, decision) => {
      const fields = principal.kind === "person" ? { agent: null } : {};
      expect(
        evaluated(table, { ...fields, context: { approval: "none" } }, principal),
      ).toMatchObject({ decision });
    });
  });

  test("of what was asked before, is read from its recorded trace", () => {
    const pass = { check: "other", result: "pass" };
    const own = { check: "mine", result: "escalate", code: "MINE", message: "By the asker." };
    const recorded = { checks: [own, pass, escalated], plan: 7 };
    expect(evaluationOf(recorded, { checks: [own] })).toEqual({
      decision: "ESCALATE",
      reasons: [reason],
      policyTrace: recorded,
    });
    expect(evaluationOf({ checks: [escalated] }, {}).reasons).toEqual([reason]);
    expect(evaluationOf({}, { checks: [own] }).reasons).toEqual([]);
    const odd = [null, "escalate", 7, { ...escalated, result: "pass" }];
    const partial = [{ result: "escalate" }, { result: "escalate", code: "X" }, { code: "X" }];
    const nameless = { result: "escalate", message: "No code." };
    expect(evaluationOf({ checks: [...odd, ...partial, nameless] }, {}).reasons).toEqual([]);
  });
});

describe("what gates found", () => {
  const check = { check: "deploys", result: "pass" };

  test("stands behind the asker's trace, which stays as it is where nothing looked", () => {
    const trace = { checks: ["mine"], plan: 7 };
    expect(tracedWith(trace, [])).toBe(trace);
    expect(tracedWith(trace, [check])).toEqual({ checks: ["mine", check], plan: 7 });
    expect(tracedWith({ checks: "none" }, [check])).toEqual({ checks: [check] });
  });

  test("gives its codes once, behind the asker's", () => {
    const verdict = (...codes: readonly ("HIGH_RISK_ACTION" | "REQUIRES_APPROVAL")[]) => ({
      decision: "ESCALATE" as const,
      reasons: codes.map((code) => ({ code, message: "" })),
      checks: [],
      fired: [],
    });
    const mine = ["MINE", "HIGH_RISK_ACTION", "MINE"];
    expect(codesWith(mine, verdict())).toEqual(mine);
    expect(codesWith(mine, verdict("REQUIRES_APPROVAL", "HIGH_RISK_ACTION"))).toEqual([
      "MINE",
      "HIGH_RISK_ACTION",
      "REQUIRES_APPROVAL",
    ]);
  });

  test("denies with the first reason as its sentence, and every check", () => {
    const reasons = [
      { code: "DENIED_BY_RULE" as const, message: "Never." },
      { code: "DENIED_BY_RULE" as const, message: "Not on Fridays." },
    ];
    const denied = { decision: "DENY" as const, reasons, checks: [check], fired: [] };
    expect(deniedByRule(denied)).toEqual({
      code: "denied-by-rule",
      message: "Never.",
      details: { reasons, policy_trace: { checks: [check] } },
    });
    expect(deniedByRule({ ...denied, decision: "ESCALATE" })).toBeNull();
    expect(deniedByRule(null)).toBeNull();
  });
});

describe("the facts of an ask", () => {
  const { action, context, riskSnapshot, agent } = ask({
    context: { priority: "low" },
    riskSnapshot: { score: 0.2 },
  });
  const requester = { kind: "agent", id: "deployment-bot", owner: "ana" } as const;
  const fields = { topic: null, requester, links: {}, context, riskSnapshot, agent };

  test("are its action, context, risk, agent, requester and run", () => {
    expect(factsFrom({ ...fields, links: { run: "run-7" } }, action)).toEqual({
      action,
      context: { priority: "low" },
      risk: { score: 0.2 },
      agent,
      requester,
      run: { id: "run-7" },
    });
    expect(factsFrom(fields, action)["run"]).toBeNull();
  });

  test("of a transition are its topic's too, whose attributes cannot say where it stands", () => {
    const topic = { workflow: "release", id: "REL-1", from: "staging", to: "production" };
    const attributes = { id: "REL-9", state: "done", status: "done", priority: "high" };
    const issue = { id: "REL-1", state: "staging", status: "staging" };
    const of = (parameters: typeof action.parameters) =>
      factsFrom({ ...fields, topic }, { ...action, parameters });
    expect(of({ attributes })).toMatchObject({
      issue: { ...issue, priority: "high" },
      case: { ...issue, priority: "high" },
      transition: { from: "staging", to: "production" },
    });
    expect(of({ attributes: ["high"] })["issue"]).toEqual(issue);
    expect(of({})["issue"]).toEqual(issue);
  });
});
