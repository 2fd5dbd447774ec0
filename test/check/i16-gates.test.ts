import { describe, expect, test } from "vitest";
import type { Gate, GateSubject } from "@countersign/domain/gate/gate.ts";
import type { LogEntry } from "@countersign/check/log-entry.ts";
import type { Policy } from "@countersign/domain/policy/policy.ts";
import type { SubmittedFields } from "@countersign/domain/request/events.ts";
import { broken, sentences } from "./broken.ts";
import type { Written } from "./planting.ts";
import { asking, by, story } from "./scenario.ts";
import {
  approved,
  group,
  imported,
  level,
  levelApproved,
  opened,
  policy,
  pool,
  voted,
} from "./written.ts";

const gate = (subject: GateSubject, over: Partial<Gate> = {}): Gate => ({
  id: "g",
  subject,
  actions: ["deploy"],
  when: null,
  policy: "p",
  approvers: [],
  routing: null,
  message: null,
  liftable: false,
  ...over,
});

const asks = (over: Partial<Gate> = {}): Gate => gate({ type: "require_approval" }, over);

const fired: Partial<SubmittedFields> = {
  escalated: true,
  gateType: "require_approval",
  policies: [{ id: "p", version: 1, gate: "g" }],
};

/** A request under these gates, approved by the people of its policy. */
const under = (
  gates: readonly Gate[],
  asked: Partial<SubmittedFields>,
  more: readonly Written[] = [],
): LogEntry[] =>
  story(
    {
      levels: [level(1, [group("qa_lead")])],
      asked,
      definitions: [...gates.map((each) => imported("Gate", each)), ...more],
    },
    asking(opened(1, pool("qa_lead"))),
    by("bo", voted("bo"), levelApproved("bo"), approved("bo")),
  );

const found = (gates: readonly Gate[], asked: Partial<SubmittedFields>): string[] =>
  sentences(under(gates, asked), "I16");

const people: Gate = asks({ policy: null, approvers: [{ type: "role", identifier: "qa_lead" }] });

const own = (role: string, version = 1): Policy => ({
  ...policy("gate:g", [level(1, [group(role)])]),
  version,
});

const ownFired = (kept: Policy): Partial<SubmittedFields> => ({
  ...fired,
  policies: [{ id: "gate:g", version: kept.version, gate: "g" }],
  gatePolicies: [kept],
});

describe("I16: gates are the server's", () => {
  test("a request that names the gate that fired is fine", () => {
    expect(broken(under([asks()], fired))).toEqual([]);
    expect(broken(under([people], ownFired(own("qa_lead"))))).toEqual([]);
    expect(broken(under([], {}))).toEqual([]);
  });

  test("a forged gate is found", () => {
    expect(found([], fired)).toEqual(["the gate g is named, which did not stand."]);
    const retired: Written = ["GateRetired", { kind: "gate", id: "g", version: 1 }];
    expect(sentences(under([asks()], fired, [retired]), "I16")).toEqual([
      "the gate g is named, which did not stand.",
    ]);
  });

  test("a gate that is passed is found, and one that may be lifted, is guarded or about something else is not", () => {
    const passed = ["it passes the gate g, which asks for approval."];
    expect(found([asks()], {})).toEqual(passed);
    expect(found([asks({ actions: ["dep*"] })], {})).toEqual(passed);
    expect(found([asks({ actions: [] })], {})).toEqual(passed);
    expect(found([asks({ actions: ["deploy:*"] })], {})).toEqual([]);
    expect(found([asks({ liftable: true })], {})).toEqual([]);
    const when = { kind: "field", field: "context.a", operator: "=", value: 1 } as const;
    expect(found([asks({ when })], {})).toEqual([]);
  });

  test("an amount above its threshold that passed is found", () => {
    const amounts = gate({ type: "amount_threshold", field: "parameters.amount", above: 5 });
    const of = (amount: number) => ({ action: { type: "deploy", parameters: { amount } } });
    expect(found([amounts], of(6))).toHaveLength(1);
    expect(found([amounts], of(5))).toEqual([]);
  });

  test("one of several gates that is passed is found", () => {
    const second = asks({ id: "h", policy: null, approvers: people.approvers });
    expect(found([asks(), second], fired)).toEqual([
      "it passes the gate h, which asks for approval.",
    ]);
  });

  test("what a gate denies is found", () => {
    expect(found([gate({ type: "deny" })], {})).toEqual([
      "it stands although the gate g denies it.",
    ]);
  });

  test("other people or another policy than the gate names are found", () => {
    const others = ["the gate g is pinned with other people than it names."];
    expect(found([people], ownFired(own("director")))).toEqual(others);
    expect(found([people], ownFired(own("qa_lead", 2)))).toEqual(others);
    expect(found([asks({ policy: "q" })], fired)).toEqual([
      "the gate g brings p, although it names q.",
    ]);
  });

  test("a mark without a gate, and a gate without a mark, are found", () => {
    expect(found([], { escalated: true, gateType: "deny" })).toHaveLength(1);
    expect(found([asks()], { ...fired, escalated: false })).toHaveLength(1);
  });

  test("approvers whom the asker named beside a gate are found", () => {
    const inlineChain = [level(1, [group("qa_lead")])];
    expect(found([asks()], { ...fired, inlineChain })).toEqual([
      "approvers whom the asker named decide on what a gate asked for.",
    ]);
  });
});
