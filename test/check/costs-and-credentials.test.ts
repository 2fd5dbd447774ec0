import { describe, expect, test } from "vitest";
import type { Gate } from "@countersign/domain/gate/gate.ts";
import type { LogEntry } from "@countersign/check/log-entry.ts";
import { broken, sentences } from "./broken.ts";
import { append, minute, type Written } from "./planting.ts";
import { bot, definition, directory, imported, org, person } from "./written.ts";

const runs = "run-demo.ci";

const costGate = (over: Partial<Gate> = {}, per: "run" | "agent" | "day" = "run"): Written =>
  imported("Gate", {
    id: "budget",
    subject: { type: "cost_threshold", thresholdUsd: 1, per },
    actions: [],
    when: null,
    policy: null,
    approvers: [],
    routing: null,
    message: null,
    liftable: false,
    ...over,
  } satisfies Gate);

interface At {
  readonly at?: number;
  readonly until?: number;
  readonly run?: string | null;
}

const reserved = (key: string, amountUsd: number, { at = 10, until, run = "r1" }: At = {}) => ({
  minute: at,
  event: [
    "CostReserved",
    { key, run, amountUsd, until: minute(until ?? at + 15) },
  ] as const satisfies Written,
});
const released = (key: string, { at = 25, until = 25, run = "r1" }: At = {}) => ({
  minute: at,
  event: [
    "CostReleased",
    { key, run, amountUsd: 1, until: minute(until) },
  ] as const satisfies Written,
});
const settled = (key: string | null, spentUsd: number, { at = 11, run = "r1" }: At = {}) => ({
  minute: at,
  event: ["CostSettled", { key, run, spentUsd }] as const satisfies Written,
});

type Step = ReturnType<typeof reserved | typeof released | typeof settled>;

const spending = (gate: readonly Written[], ...steps: readonly Step[]): LogEntry[] =>
  steps.reduce<LogEntry[]>(
    (log, step) =>
      append(log, { stream: runs, actor: bot, events: [step.event], minute: step.minute }),
    org(...gate),
  );

describe("I16: what actions cost", () => {
  test("a budget that is used up to its last cent holds", () => {
    const log = spending(
      [costGate()],
      reserved("a", 0.6),
      settled("a", 0.7),
      reserved("b", 0.3, { at: 12 }),
      reserved("c", 0.9, { at: 12, run: "r2" }),
    );
    expect(broken(log)).toEqual([]);
  });
  test.each([
    ["two who together take more than there is", [reserved("a", 0.6), reserved("b", 0.6)]],
    ["one who takes more than was left", [settled(null, 0.7, { at: 9 }), reserved("a", 0.4)]],
    ["one who takes it all at once", [reserved("a", 1.01)]],
  ] as const)("%s are found", (_, steps) => {
    expect(sentences(spending([costGate()], ...steps), "I16").join()).toMatch(
      /above \$1 of budget/,
    );
  });
  test("a day counts what all runs of it spent, and an agent what it ever spent", () => {
    const steps = [settled(null, 0.7, { at: 9, run: "r2" }), reserved("a", 0.4)];
    expect(broken(spending([costGate()], ...steps))).toEqual([]);
    for (const per of ["day", "agent"] as const)
      expect(broken(spending([costGate({}, per)], ...steps))).toEqual(["I16"]);
    const late = reserved("a", 0.4, { at: 24 * 60 });
    const first = settled(null, 0.7, { at: 9 });
    expect(broken(spending([costGate({}, "day")], first, late))).toEqual([]);
    expect(broken(spending([costGate({}, "agent")], first, late))).toEqual(["I16"]);
  });
  test("what is past its quarter of an hour counts no longer", () => {
    const steps = [reserved("a", 0.6), reserved("b", 0.6, { at: 25 })];
    expect(broken(spending([costGate()], ...steps))).toEqual([]);
    const early = [reserved("a", 0.6), reserved("b", 0.6, { at: 24 })];
    expect(broken(spending([costGate()], ...early))).toEqual(["I16"]);
  });
  test("a limit that may be lifted, or is only for some actions, is not judged by the log alone", () => {
    const steps = [reserved("a", 5)];
    expect(broken(spending([costGate({ liftable: true })], ...steps))).toEqual([]);
    expect(broken(spending([costGate({ actions: ["db:*"] })], ...steps))).toEqual([]);
  });
  test("a retired limit holds nobody", () => {
    const retired: Written = ["GateRetired", { kind: "gate", id: "budget", version: 1 }];
    expect(broken(spending([costGate(), retired], reserved("a", 5)))).toEqual([]);
  });
  test.each([
    ["a key that is reserved twice", [reserved("a", 0.1), reserved("a", 0.1)]],
    ["a reservation that lasts longer", [reserved("a", 0.1, { until: 26 })]],
    ["a negative amount", [reserved("a", -1)]],
    ["a negative cost", [settled(null, -1)]],
    ["the settlement of nothing", [settled("a", 0.1)]],
    ["a second settlement", [reserved("a", 0.1), settled("a", 0.1), settled("a", 0.1)]],
    ["a settlement after the end", [reserved("a", 0.1), settled("a", 0.1, { at: 25 })]],
    ["the release of nothing", [released("a")]],
    ["a release before the end", [reserved("a", 0.1), released("a", { at: 24 })]],
    ["a release at another end", [reserved("a", 0.1), released("a", { until: 20 })]],
  ] as const)("%s is found", (_, steps) => {
    expect(broken(spending([], ...steps))).toEqual(["I16"]);
  });
});

const key = (over: object = {}): Written => [
  "ApiKeyIssued",
  { id: "key_1", agent: "ci", scopes: [], hash: "sha256:0", expiresAt: null, ...over },
];
const standing = (over: object = {}): Written => [
  "StandingGrantCreated",
  {
    id: "sgr_1",
    actions: ["*"],
    agent: null,
    when: null,
    endsAt: minute(600),
    reason: "x",
    ...over,
  },
];

const granting = (stream: string, who: string, ...events: readonly Written[]): LogEntry[] =>
  events.reduce<LogEntry[]>(
    (log, event) => append(log, { stream, actor: person(who), events: [event], minute: 5 }),
    org(),
  );

describe("I6: keys and standing grants", () => {
  const ended: Written = ["ApiKeyRevoked", { id: "key_1" }];
  const lifted: Written = ["StandingGrantRevoked", { id: "sgr_1" }];
  test("made and ended once by an admin are fine", () => {
    expect(broken(granting(directory, "ana", key({ expiresAt: minute(6) }), ended))).toEqual([]);
    expect(broken(granting(definition, "ana", standing(), lifted))).toEqual([]);
  });
  test.each([
    ["a key by somebody who is no admin", granting(directory, "bo", key())],
    ["a grant by somebody who is no admin", granting(definition, "bo", standing())],
    ["the same key twice", granting(directory, "ana", key(), key())],
    ["the end of an unknown key", granting(directory, "ana", ended)],
    ["a second end of a key", granting(directory, "ana", key(), ended, ended)],
    ["the end of an unknown grant", granting(definition, "ana", lifted)],
    ["a second end of a grant", granting(definition, "ana", standing(), lifted, lifted)],
    ["a key that was over at once", granting(directory, "ana", key({ expiresAt: minute(5) }))],
    ["a grant that was over at once", granting(definition, "ana", standing({ endsAt: minute(5) }))],
  ])("%s is found", (_, log) => {
    expect(broken(log)).toContain("I6");
  });
});
