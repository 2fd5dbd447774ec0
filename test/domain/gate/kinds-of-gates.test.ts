import { describe, expect, test } from "vitest";
import type { GateSubject } from "@countersign/domain/gate/gate.ts";
import type { Ask } from "@countersign/domain/request/commands.ts";
import { active, asksFor, denies, gate } from "../../testkit/examples/gates.ts";
import { acts, codes, evaluated } from "./evaluating.ts";

const amount: GateSubject = { type: "amount_threshold", field: "parameters.amount", above: 500 };
const partner: GateSubject = { type: "new_counterparty", field: "parameters.destination" };
const risky: GateSubject = { type: "high_risk", above: 0.8 };
const sensitive: GateSubject = { type: "sensitivity", triggers: ["data_export"] };
const position: GateSubject = { type: "manual", position: "after:style_analysis" };
const costly: GateSubject = { type: "cost_threshold", thresholdUsd: 0.5, per: "run" };

const context = (fields: Ask["context"]): Partial<Ask> => ({ ...acts("x:y"), context: fields });
const risk = (fields: Ask["riskSnapshot"]): Partial<Ask> => ({ riskSnapshot: fields });

const decision = (subject: GateSubject, fields: Partial<Ask>, actions: string[] = []): string =>
  evaluated(active([gate(subject, { actions })]), fields).decision;

describe("Each kind of gate fires on what it is about, with its own reason", () => {
  test.each<[GateSubject["type"], GateSubject, Partial<Ask>, string]>([
    ["amount_threshold", amount, acts("refund:pay", { amount: 501 }), "AMOUNT_THRESHOLD"],
    ["new_counterparty", partner, acts("export:run", { destination: "a" }), "NEW_COUNTERPARTY"],
    ["high_risk", risky, risk({ score: 0.81 }), "HIGH_RISK_ACTION"],
    ["sensitivity", sensitive, context({ triggers: ["data_export"] }), "SENSITIVITY"],
    ["manual", position, context({ position: "after:style_analysis" }), "MANUAL_GATE"],
    ["cost_threshold", costly, risk({ estimated_cost_usd: 0.51 }), "COST_THRESHOLD"],
  ])("%s", (type, subject, fields, code) => {
    const verdict = evaluated(active([gate(subject)]), fields);
    expect(verdict.decision).toBe("ESCALATE");
    expect(codes(verdict)).toEqual([code]);
    expect(verdict.checks).toEqual([
      { check: type, result: "escalate", code, message: verdict.reasons[0]?.message },
    ]);
    expect(verdict.fired.map((fired) => fired.type)).toEqual([type]);
  });

  test("require_approval on the actions it names", () => {
    const gates = active([asksFor("kubernetes:*")]);
    expect(codes(evaluated(gates, acts("kubernetes:deploy")))).toEqual(["REQUIRES_APPROVAL"]);
    expect(evaluated(gates, acts("kubernetes"))).toMatchObject({ decision: "ALLOW", checks: [] });
  });

  test("deny on the actions it names, whatever else would only ask", () => {
    const gates = active([asksFor("db:*"), denies("db:drop", { message: "Never by an agent." })]);
    expect(evaluated(gates, acts("db:drop"))).toEqual({
      decision: "DENY",
      reasons: [{ code: "DENIED_BY_RULE", message: "Never by an agent." }],
      checks: [
        { check: "never", result: "deny", code: "DENIED_BY_RULE", message: "Never by an agent." },
      ],
      fired: [],
    });
    expect(evaluated(gates, acts("db:read")).decision).toBe("ESCALATE");
  });

  test.each<[string, GateSubject, Partial<Ask>]>([
    ["an amount that is not above", amount, acts("refund:pay", { amount: 500 })],
    ["a score that is not above", risky, risk({ score: 0.8 })],
    ["costs that are not above", costly, risk({ estimated_cost_usd: 0.5 })],
    ["other triggers", sensitive, context({ triggers: ["export"] })],
    ["another position", position, context({ position: "before:style_analysis" })],
  ])("and not on %s", (_, subject, fields) => {
    expect(decision(subject, fields)).toBe("ALLOW");
  });

  test.each<[string, GateSubject]>([
    ["no amount", amount],
    ["no counterparty", partner],
    ["no score", risky],
    ["no position", position],
  ])("with %s, a gate without actions is not about it, and one with actions asks", (_, subject) => {
    expect(decision(subject, acts("x:y"))).toBe("ALLOW");
    expect(decision(subject, acts("x:y"), ["x:*"])).toBe("ESCALATE");
    expect(decision(subject, acts("z:y"), ["x:*"])).toBe("ALLOW");
  });

  test.each<[string, GateSubject, Partial<Ask>]>([
    ["an amount in words", amount, acts("x:y", { amount: "9" })],
    ["a counterparty that is no name", partner, acts("x:y", { destination: { a: 1 } })],
    ["an empty list of counterparties", partner, acts("x:y", { destination: [] })],
    ["triggers that are no names", sensitive, context({ triggers: { data_export: true } })],
  ])("%s is for people, because it cannot be judged", (_, subject, fields) => {
    expect(decision(subject, fields)).toBe("ESCALATE");
  });

  test("the action's own type counts as a trigger, whatever triggers its asker names", () => {
    expect(decision(sensitive, acts("data_export"))).toBe("ESCALATE");
    const hiding = { ...acts("data_export"), context: { triggers: [] } };
    expect(decision(sensitive, hiding)).toBe("ESCALATE");
  });

  test("a field stands under the action first, then in the context", () => {
    const field: GateSubject = { type: "amount_threshold", field: "parameters.amount", above: 5 };
    const both = { ...acts("x:y", { amount: 9 }), context: { parameters: { amount: 1 } } };
    expect(decision(field, both)).toBe("ESCALATE");
    const only = { ...acts("x:y"), context: { parameters: { amount: 9 } } };
    expect(decision(field, only)).toBe("ESCALATE");
  });

  test("a counterparty is known after a request naming it was approved and executed", () => {
    const gates = active([gate(partner)]);
    const knows = (known: string) => ({
      facts: {
        knowsCounterparty: (field: string, name: string) =>
          field === "parameters.destination" && name === known,
      },
    });
    const to = (destination: string | string[]) => acts("export:run", { destination });
    expect(evaluated(gates, to("a"), knows("a")).decision).toBe("ALLOW");
    expect(evaluated(gates, to("A"), knows("a")).decision).toBe("ESCALATE");
    expect(evaluated(gates, to(["a", "b"]), knows("a")).reasons).toEqual([
      {
        code: "NEW_COUNTERPARTY",
        message: 'parameters.destination is "b", never dealt with before.',
      },
    ]);
  });

  test("what was spent and reserved counts with the estimate, each for its own period", () => {
    const cost = (run: number, agent: number, day: number) => ({
      facts: {
        cost: {
          run: { spentUsd: run, reservedUsd: 0.1 },
          agent: { spentUsd: agent, reservedUsd: 0 },
          day: { spentUsd: day, reservedUsd: 0 },
        },
      },
    });
    const per = (period: "run" | "agent" | "day") =>
      active([gate({ type: "cost_threshold", thresholdUsd: 1, per: period })]);
    const estimate = risk({ estimated_cost_usd: 0.4 });
    expect(evaluated(per("run"), estimate, cost(0.5, 9, 9)).decision).toBe("ALLOW");
    expect(evaluated(per("run"), estimate, cost(0.51, 0, 0)).decision).toBe("ESCALATE");
    expect(evaluated(per("agent"), estimate, cost(9, 0.6, 9)).decision).toBe("ALLOW");
    expect(evaluated(per("agent"), estimate, cost(0, 0.61, 0)).decision).toBe("ESCALATE");
    expect(evaluated(per("day"), estimate, cost(0, 0, 0.61)).decision).toBe("ESCALATE");
    expect(evaluated(per("run"), acts("x:y"), cost(0.95, 0, 0)).decision).toBe("ESCALATE");
  });

  test("a gate's own message is its reason", () => {
    const message = "Pipeline cost exceeds $0.50 threshold";
    const gates = active([gate(costly, { message })]);
    expect(evaluated(gates, risk({ estimated_cost_usd: 1 })).reasons).toEqual([
      { code: "COST_THRESHOLD", message },
    ]);
  });
});
