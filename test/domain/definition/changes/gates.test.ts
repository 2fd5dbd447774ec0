import { describe, expect, test } from "vitest";
import { decodeDefinitionEvent } from "@countersign/domain/definition/codec.ts";
import { definitionChanges } from "@countersign/domain/definition/changes/definition-changes.ts";
import type { DefinitionVersion } from "@countersign/domain/definition/definition.ts";
import type { ApprovalLevels, Gate, GateSubject } from "@countersign/domain/gate/gate.ts";
import type { Json } from "@countersign/domain/json.ts";
import type { Condition } from "@countersign/domain/policy/condition.ts";
import type { LadderStep } from "@countersign/domain/policy/policy.ts";
import { asksFor, gate, rule } from "../../../testkit/examples/gates.ts";
import { told } from "./telling.ts";

type Lines = readonly string[];

const changed = (before: DefinitionVersion, after: DefinitionVersion): Lines =>
  told(definitionChanges(before, after));

const over = (amount: number): Condition => ({
  kind: "field",
  field: "context.amount",
  operator: ">",
  value: amount,
});
const auto: LadderStep = {
  after: "1h",
  action: "auto_approve",
  to: [],
  channels: [],
  reason: null,
};

describe("a gate that changed", () => {
  const ofGate = (before: Gate, after: Gate): Lines =>
    changed({ kind: "gate", content: before }, { kind: "gate", content: after });
  const reminder: LadderStep = { ...auto, action: "reminder" };
  const routing = (role: string, ...ladder: readonly LadderStep[]): Partial<Gate> => ({
    routing: { role, ladder },
  });

  test.each<[Partial<Gate>, Partial<Gate>, Lines]>([
    [
      { actions: ["a", "b"] },
      { actions: ["a"] },
      ['LOOSENS actions: actions is now ["a"] instead of ["a","b"]'],
    ],
    [
      { actions: ["a"] },
      { actions: ["a", "b"] },
      ['actions: actions is now ["a","b"] instead of ["a"]'],
    ],
    [{ actions: [] }, { actions: ["a"] }, ['LOOSENS actions: actions is now ["a"]']],
    [{ actions: ["a"] }, { actions: [] }, ['actions: actions is gone; it was ["a"]']],
    [{}, { when: over(5) }, [`LOOSENS when: when is now ${JSON.stringify(over(5))}`]],
    [{ when: over(5) }, {}, [`when: when is gone; it was ${JSON.stringify(over(5))}`]],
    [{ policy: "p" }, { policy: "q" }, ["LOOSENS policy: policy is now q instead of p"]],
    [{}, { policy: "q" }, ["LOOSENS policy: policy is now q"]],
    [{}, { message: "Look" }, ["message: message is now Look"]],
    [{}, { liftable: true }, ["LOOSENS liftable: liftable is now true instead of false"]],
    [{ liftable: true }, {}, ["liftable: liftable is now false instead of true"]],
    [
      routing("sre"),
      routing("qa"),
      ["LOOSENS routing.role: routing.role is now qa instead of sre"],
    ],
    [{}, routing("qa"), ["routing.role: routing.role is now qa"]],
    [
      routing("qa"),
      routing("qa", auto),
      [`LOOSENS routing.ladder: routing.ladder is now ${JSON.stringify([auto])}`],
    ],
    [
      routing("qa"),
      routing("qa", reminder),
      [`routing.ladder: routing.ladder is now ${JSON.stringify([reminder])}`],
    ],
    [
      routing("qa", auto),
      routing("qa"),
      [`routing.ladder: routing.ladder is gone; it was ${JSON.stringify([auto])}`],
    ],
  ])("%j, then %j", (before, after, lines) => {
    const bare = { ...asksFor("x"), actions: [] };
    expect(ofGate({ ...bare, ...before }, { ...bare, ...after })).toEqual(lines);
  });

  test("asks other people", () => {
    const [sre, qa] = [asksFor("x", { approvers: ["sre"] }), asksFor("x", { approvers: ["qa"] })];
    const nobody = asksFor("x", { approvers: [] });
    expect(ofGate(sre, qa)[0]).toMatch(/^LOOSENS approvers: /);
    expect(ofGate(nobody, qa)[0]).toMatch(/^approvers: /);
  });

  test("holds under a condition that it had not, or another one", () => {
    const ofGuards = (before: Condition, after: Condition): readonly boolean[] =>
      definitionChanges(
        { kind: "gate", content: asksFor("x", { when: before }) },
        { kind: "gate", content: asksFor("x", { when: after }) },
      ).map(({ loosens }) => loosens);
    expect(ofGuards(over(5), over(6))).toEqual([true]);
    expect(ofGuards(over(6), over(5))).toEqual([false]);
  });

  const amount = (above: number): GateSubject => ({
    type: "amount_threshold",
    field: "parameters.amount",
    above,
  });
  const cost = (thresholdUsd: number, per: "run" | "day" = "run"): GateSubject => ({
    type: "cost_threshold",
    thresholdUsd,
    per,
  });
  const triggers = (...words: readonly string[]): GateSubject => ({
    type: "sensitivity",
    triggers: words,
  });
  const asksFrom = (word: "none" | "on-commit" | "on-write" | "always", namespace: string | null) =>
    ({ type: "approval_level", level: word, namespace }) as const;

  test.each<[GateSubject, GateSubject, Lines]>([
    [amount(500), amount(501), ["LOOSENS above: above is now 501 instead of 500"]],
    [amount(500), amount(499), ["above: above is now 499 instead of 500"]],
    [
      amount(5),
      { ...amount(5), type: "amount_threshold", field: "parameters.sum", above: 5 },
      ["LOOSENS field: field is now parameters.sum instead of parameters.amount"],
    ],
    [
      { type: "high_risk", above: 0.5 },
      { type: "deny" },
      [
        "LOOSENS gate_type: gate_type is now deny instead of high_risk",
        "LOOSENS above: above is gone; it was 0.5",
      ],
    ],
    [
      { type: "deny" },
      { type: "high_risk", above: 0.5 },
      [
        "LOOSENS gate_type: gate_type is now high_risk instead of deny",
        "LOOSENS above: above is now 0.5",
      ],
    ],
    [cost(5), cost(6), ["LOOSENS threshold_usd: threshold_usd is now 6 instead of 5"]],
    [cost(5), cost(4), ["threshold_usd: threshold_usd is now 4 instead of 5"]],
    [cost(5), cost(5, "day"), ["LOOSENS per: per is now day instead of run"]],
    [
      triggers("pii", "legal"),
      triggers("legal"),
      ['LOOSENS triggers: triggers is now ["legal"] instead of ["pii","legal"]'],
    ],
    [
      { type: "manual", position: "before" },
      { type: "manual", position: "after" },
      ["LOOSENS position: position is now after instead of before"],
    ],
    [
      asksFrom("always", null),
      asksFrom("on-write", null),
      ["LOOSENS level: level is now on-write instead of always"],
    ],
    [
      asksFrom("on-write", null),
      asksFrom("on-commit", null),
      ["LOOSENS level: level is now on-commit instead of on-write"],
    ],
    [
      asksFrom("on-commit", null),
      asksFrom("none", null),
      ["LOOSENS level: level is now none instead of on-commit"],
    ],
    [
      asksFrom("none", null),
      asksFrom("always", null),
      ["level: level is now always instead of none"],
    ],
    [
      asksFrom("always", null),
      asksFrom("always", "backend"),
      ["LOOSENS namespace: namespace is now backend"],
    ],
  ])("looks at %j, then at %j", (before, after, lines) => {
    const as = (subject: GateSubject): Gate => gate(subject, { id: "g" });
    expect(ofGate(as(before), as(after))).toEqual(lines);
  });

  test.each<[string, Json]>([
    ["a text", "context.a > 1"],
    ["a mapping", { all: ["context.a > 1"] }],
  ])(
    "was recorded first with %s as its guard, which no other one can be held against",
    (_, when) => {
      const event = decodeDefinitionEvent(
        "GateImported",
        JSON.stringify({ kind: "gate", content: { when } }),
        1,
      );
      if (event.type !== "GateImported") throw new Error("It is no gate that was recorded.");
      const always: Condition = { kind: "all", of: [] };
      const said = changed(event.data, { kind: "gate", content: asksFor("x", { when: always }) });
      expect(said[0]).toMatch(/^LOOSENS when: /);
    },
  );
});

describe("a rule that changed", () => {
  const ofRule = (
    decide: "approve" | "deny",
    before: Condition,
    after: Condition,
  ): readonly boolean[] =>
    definitionChanges(
      { kind: "rule", content: rule(decide, before) },
      { kind: "rule", content: rule(decide, after) },
    ).map(({ loosens }) => loosens);

  test("loosens where it approves more, or denies less", () => {
    expect(ofRule("approve", over(5), over(4))).toEqual([true]);
    expect(ofRule("approve", over(4), over(5))).toEqual([false]);
    expect(ofRule("deny", over(4), over(5))).toEqual([true]);
    expect(ofRule("deny", over(5), over(4))).toEqual([false]);
  });

  test("loosens where it approves what it denied", () => {
    const as = (decide: "approve" | "deny", reason: string | null = null): DefinitionVersion => ({
      kind: "rule",
      content: rule(decide, over(5), { id: "r", reason }),
    });
    expect(changed(as("deny"), as("approve"))).toEqual([
      "LOOSENS decide: decide is now approve instead of deny",
    ]);
    expect(changed(as("approve"), as("deny"))).toEqual([
      "decide: decide is now deny instead of approve",
    ]);
    expect(changed(as("approve"), as("approve", "approve"))).toEqual([
      "reason: reason is now approve",
    ]);
  });
});

describe("the table of approval levels", () => {
  const table = (fields: Partial<ApprovalLevels>): DefinitionVersion => ({
    kind: "levels",
    content: { fallback: null, namespaces: {}, timeout: null, notify: false, ...fields },
  });

  test.each<[Partial<ApprovalLevels>, Partial<ApprovalLevels>, Lines]>([
    [
      { fallback: "always" },
      { fallback: "on-write" },
      ["LOOSENS tasks.default_approval: tasks.default_approval is now on-write instead of always"],
    ],
    [
      { fallback: "on-commit" },
      { fallback: "on-write" },
      ["tasks.default_approval: tasks.default_approval is now on-write instead of on-commit"],
    ],
    [{}, { fallback: "none" }, ["tasks.default_approval: tasks.default_approval is now none"]],
    [
      { fallback: "none" },
      {},
      ["LOOSENS tasks.default_approval: tasks.default_approval is gone; it was none"],
    ],
    [{}, { timeout: "1h" }, ["approvals.timeout: approvals.timeout is now 1h"]],
    [{}, { notify: true }, ["approvals.notify: approvals.notify is now true instead of false"]],
    [
      {},
      { namespaces: { db: "on-write" } },
      ["LOOSENS namespaces.db.approval: namespaces.db.approval is now on-write"],
    ],
    [
      {},
      { namespaces: { db: "always" } },
      ["namespaces.db.approval: namespaces.db.approval is now always"],
    ],
    [
      { namespaces: { db: "always" } },
      {},
      ["LOOSENS namespaces.db.approval: namespaces.db.approval is gone; it was always"],
    ],
    [
      { namespaces: { teamA: "always", team_a: "none" } },
      { namespaces: { teamA: "none", team_a: "none" } },
      [
        "LOOSENS namespaces.teamA.approval: namespaces.teamA.approval is now none instead of always",
      ],
    ],
  ])("%j, then %j", (before, after, lines) => {
    expect(changed(table(before), table(after))).toEqual(lines);
  });
});
