import { describe, expect, test } from "vitest";
import type { Defaults } from "@countersign/domain/definition/definition.ts";
import type { ActiveGates } from "@countersign/domain/gate/active-gates.ts";
import { policiesOfGates } from "@countersign/domain/gate/policies-of-gates.ts";
import { routingOf } from "@countersign/domain/gate/routing.ts";
import type { JsonObject } from "@countersign/domain/json.ts";
import type { Gate } from "@countersign/domain/gate/gate.ts";
import type { Policy } from "@countersign/domain/policy/policy.ts";
import type { Transition, Workflow } from "@countersign/domain/topic/workflow.ts";
import { active, asksFor, levels, rule } from "../../testkit/examples/gates.ts";
import { any, group, level, policy, qaOnly, when } from "../../testkit/examples/policies.ts";
import { referenceOf, world } from "../../testkit/world.ts";
import { acts, evaluated } from "./evaluating.ts";

const step = (from: string, id: string): Transition => ({
  from,
  to: "done",
  name: "Ship",
  policy: policy(level(group(any, "qa_lead")), { id }),
  when: null,
  conditions: null,
  requiresFields: [],
  rejection: false,
  message: null,
  urgency: null,
});

const workflow: Workflow = {
  id: "flow",
  version: 1,
  name: "Flow",
  states: [],
  transitions: [step("a", "flow/one"), step("b", "flow/two")],
};

/** Whose levels these gates ask for an action that all of them are about. */
const asked = (gates: ActiveGates, defaults: Partial<Defaults> = {}) => {
  const { definition } = referenceOf({ ...world(qaOnly), gates, defaults });
  return policiesOfGates(evaluated(gates, acts("x:y")).fired, {
    ...definition,
    workflows: new Map([["flow", workflow]]),
  });
};

/** The only policy that a gate brings along. */
const own = (gate: Gate, defaults: Partial<Defaults> = {}): Policy => {
  const found = asked(active([gate]), defaults);
  if ("refusal" in found) throw new Error(found.refusal.message);
  const [policyOfGate] = found.own;
  if (policyOfGate === undefined) throw new Error("the gate has no people of its own");
  expect(found.policies).toEqual(found.own);
  return policyOfGate;
};

const gate = (fields: Parameters<typeof asksFor>[1] = {}): Gate =>
  asksFor("*", { id: "g", approvers: [], ...fields });

describe("An ask is refused where a gate", () => {
  test.each<[string, ActiveGates, Partial<Defaults>, string, string, JsonObject]>([
    [
      "names nobody, nor does the organisation",
      active([gate()]),
      {},
      "no-policy",
      "g asks for approval and names nobody, and the organisation has no default policy.",
      { gate: "g" },
    ],
    [
      "names a policy that is not there",
      active([gate({ policy: "gone" })]),
      {},
      "unknown-policy",
      "There is no active policy gone, which g asks.",
      { gate: "g", policy: "gone" },
    ],
    [
      "names nobody and the default policy is not there",
      active([gate()]),
      { policy: "gone" },
      "unknown-policy",
      "There is no active policy gone, which g asks.",
      { gate: "g", policy: "gone" },
    ],
    [
      "names a policy by a name that two have",
      active([gate({ policy: "flow/Ship" })]),
      {},
      "ambiguous-policy",
      "flow/Ship, which g asks, may mean: flow/one, flow/two.",
      { gate: "g", policy: "flow/Ship" },
    ],
    [
      "is a rule that cannot be judged, though whoever is on call would be asked by a gate",
      active([], { rules: [rule("deny", when("context.missing", 1), { id: "r" })] }),
      { routing: { primary: { role: "sre" } } },
      "no-policy",
      "r asks for approval and names nobody, and the organisation has no default policy.",
      { gate: "r" },
    ],
  ])("%s", (_, gates, defaults, code, message, details) => {
    expect(asked(gates, defaults)).toEqual({ refusal: { code, message, details } });
  });
});

describe("A gate asks", () => {
  const routing = { role: "sre", ladder: [] };
  const block = { primary: { role: "director" }, final: { action: "x", timeout_minutes: 9 } };
  const asksOf = ({ chain }: Policy): readonly string[] =>
    chain.flatMap(({ groups }) =>
      groups.flatMap(({ assignments }) =>
        assignments.map(({ type, identifier }) => `${type}:${identifier}`),
      ),
    );

  test("its own people before its routing, its routing before the organisation's", () => {
    expect(asksOf(own(gate({ approvers: ["qa_lead"], routing }), { routing: block }))).toEqual([
      "role:qa_lead",
    ]);
    expect(asksOf(own(gate({ routing }), { routing: block, policy: "release" }))).toEqual([
      "role:sre",
    ]);
    expect(asksOf(own(gate(), { routing: block }))).toEqual(["role:director"]);
  });

  test("by the ladder of its own routing, else by the organisation's", () => {
    expect(own(gate({ routing }), { routing: block }).escalation).toEqual([]);
    expect(own(gate({ approvers: ["sre"], routing }), { routing: block }).escalation).toEqual([]);
    expect(own(gate({ approvers: ["sre"] }), { routing: block }).escalation).toMatchObject([
      { after: "9m", action: "auto_deny" },
    ]);
    expect(own(gate({ approvers: ["sre"] })).escalation).toEqual([]);
  });

  test.each([
    [["user:bo", "user:cy"], "all"],
    [["user:bo", "qa_lead"], "any"],
    [["qa_lead", "sre"], "any"],
  ] as const)("%j: %s of them", (approvers, required) => {
    expect(own(gate({ approvers })).chain[0]?.groups[0]?.quorum).toEqual({
      required,
      count: null,
      percent: null,
    });
  });

  test("in a group of its name, or of the name gate where nothing of that is a letter", () => {
    const named = (id: string) => own(gate({ id, approvers: ["sre"] })).chain[0];
    expect(named("New Partner")?.groups[0]?.group).toBe("new-partner");
    expect(named("???")?.groups[0]?.group).toBe("gate");
    expect(named("???")).toMatchObject({ number: 1, name: "???" });
  });

  test("the default policy where a rule could not be judged", () => {
    const rules = [rule("deny", when("context.missing", 1), { id: "r" })];
    expect(asked(active([], { rules }), { policy: "release" })).toMatchObject({
      refs: [{ id: "release", version: 1, gate: "r" }],
      own: [],
    });
  });

  test("the default policy by the table of levels, after which the caller is paused; no other gate pauses it", () => {
    const table = levels({ fallback: "always", timeout: "30m" });
    const refs = (gates: ActiveGates) => asked(gates, { policy: "release" });
    expect(refs(active([], { levels: table }))).toMatchObject({
      refs: [{ id: "release", version: 1, gate: "levels", pauseAfter: "30m" }],
      own: [],
    });
    const plain = { refs: [{ id: "release", version: 1, gate: "g" }] };
    expect(refs(active([gate()], { levels: table }))).toMatchObject(plain);
    expect(refs(active([gate()], { levels: table }))).not.toHaveProperty("refs.0.pauseAfter");
    const timeless = refs(active([], { levels: levels({ fallback: "always" }) }));
    expect(timeless).not.toHaveProperty("refs.0.pauseAfter");
  });
});

describe("A routing block", () => {
  const reminder = (after: string) => ({
    after,
    action: "reminder",
    to: [],
    channels: [],
    reason: null,
  });

  test.each<[JsonObject, ReturnType<typeof routingOf>]>([
    [{}, null],
    [{ primary: "sre" }, null],
    [{ primary: null, escalation: { role: "admin" } }, null],
    [{ primary: { role: 7 } }, null],
    [{ primary: { role: "sre", timeout_minutes: 30 } }, { role: "sre", ladder: [] }],
    [
      { primary: { role: "sre" }, escalation: { role: "admin" }, final: { action: "x" } },
      { role: "sre", ladder: [] },
    ],
  ])("%j is %j", (block, routing) => {
    expect(routingOf(block)).toEqual(routing);
  });

  test("adds the escalation's role when the primary's minutes are over, reminds, and ends", () => {
    const ladderOf = (action: string) =>
      routingOf({
        primary: { role: "sre", timeout_minutes: 30 },
        escalation: { role: "admin", timeout_minutes: 60 },
        final: { action, timeout_minutes: 120 },
      })?.ladder;
    const escalate = {
      ...reminder("30m"),
      action: "escalate",
      to: [{ type: "role", identifier: "admin" }],
    };
    const end = { ...reminder("120m"), action: "auto_approve" };
    expect(ladderOf("auto_approve")).toEqual([escalate, reminder("60m"), end]);
    expect(ladderOf("auto_reject")?.at(-1)?.action).toBe("auto_deny");
  });

  test("reminds also where the escalation names no role", () => {
    const block = { primary: { role: "sre" }, escalation: { timeout_minutes: 60 } };
    expect(routingOf(block)?.ladder).toEqual([reminder("60m")]);
  });
});
