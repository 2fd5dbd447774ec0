import { describe, expect, test } from "vitest";
import { check } from "@countersign/check/check.ts";
import type { LogEntry } from "@countersign/check/log-entry.ts";
import { play, say, shapes, two, type Act } from "./changing.ts";
import { minute } from "./planting.ts";
import { group, level, policy } from "./written.ts";

const approve = (id: string): Act =>
  say(id, (payloadHash) => ({ type: "approve", payloadHash, level: null, notes: null }));
const edit = (id: string): Act =>
  say(id, (payloadHash) => ({
    type: "modify",
    parameters: { size: "small" },
    payloadHash,
    level: null,
    notes: null,
    edit: () => ({ hash: "sha256:small", patch: [], faults: [] }),
  }));

const without = (log: readonly LogEntry[], ...types: readonly string[]): LogEntry[] =>
  log.filter(({ type }) => !types.includes(type));

const invariants = (log: readonly LogEntry[]): string[] => [
  ...new Set(check(log).map(({ invariant }) => invariant)),
];

describe("I3: what the checker finds about payloads", () => {
  const rules = shapes[0];
  if (rules === undefined) throw new Error("there is no policy");
  const { log } = play(rules, [approve("cy"), edit("eli"), approve("cy")]);

  test("an edit that voids and asks again is fine", () => {
    expect(log.map(({ type }) => type)).toContain("LevelReopened");
    expect(invariants(log)).toEqual([]);
  });

  test("votes for the old payload that stand are found", () => {
    const pair = policy("p", [level(1, [group("qa", { quorum: two })])]);
    const honest = play(pair, [approve("bo"), edit("cy"), approve("dee")]).log;
    expect(invariants(honest)).toEqual([]);
    expect(invariants(without(honest, "VotesVoided"))).toContain("I3");
  });

  test("a level that is not asked again is found", () => {
    expect(invariants(without(log, "LevelReopened"))).toContain("I2");
  });

  test("an approval of another payload than the present one is found", () => {
    const changed = log.map((entry) =>
      entry.type === "RequestApproved"
        ? { ...entry, data: { ...(entry.data as object), payloadHash: "sha256:1" } }
        : entry,
    );
    expect(invariants(changed)).toEqual(["I3"]);
  });

  test("an editor who counts at another level is found", () => {
    const overlapping = policy("p", [level(1, [group("qa")]), level(2, [group("sre")])]);
    const honest = play(overlapping, [edit("bo"), approve("dee")]).log;
    expect(invariants(honest)).toEqual([]);
    const forged = honest.map((entry) =>
      entry.type === "VoteCast" && (entry.data as { level: number }).level === 2
        ? { ...entry, data: { ...(entry.data as object), votedBy: "bo" } }
        : entry,
    );
    expect(invariants(forged)).toContain("I2");
  });
});

describe("I2: what the checker finds about changes", () => {
  const rules = shapes[0];
  if (rules === undefined) throw new Error("there is no policy");
  const by = (log: readonly LogEntry[], type: string, id: string): LogEntry[] => {
    const commands = new Set(
      log.filter((entry) => entry.type === type).map((e) => e.metadata.commandId),
    );
    return log.map((entry) =>
      commands.has(entry.metadata.commandId)
        ? { ...entry, metadata: { ...entry.metadata, actor: { kind: "person", id } } }
        : entry,
    );
  };

  test.each([
    [
      "ChainAmended",
      { type: "amend", skipLevels: [2], addApprovers: [], shorten: [], reason: "r" },
    ],
    [
      "RequestReassigned",
      { type: "reassign", from: null, to: [{ type: "user", identifier: "eli" }], reason: "r" },
    ],
    ["ExpiryExtended", { type: "extend", expiresAt: minute(300), reason: "r" }],
  ] as const)("%s by whoever asked is found", (type, command) => {
    const { log } = play(rules, [say("ivy", () => command)]);
    expect(invariants(log)).toEqual([]);
    expect(log.map((entry) => entry.type)).toContain(type);
    expect(invariants(by(log, type, "ana"))).toContain("I2");
  });

  test("a level skipped that no admin took out is found", () => {
    const skip = {
      type: "amend",
      skipLevels: [2],
      addApprovers: [],
      shorten: [],
      reason: "r",
    } as const;
    const { log } = play(rules, [say("ivy", () => skip), approve("cy")]);
    expect(invariants(log)).toEqual([]);
    expect(invariants(without(log, "ChainAmended"))).toContain("I2");
  });

  test("slots given to somebody whom nobody named are found", () => {
    const to = [{ type: "user", identifier: "eli" }] as const;
    const { log } = play(rules, [
      say("ivy", () => ({ type: "reassign", from: null, to, reason: "r" })),
    ]);
    const forged = log.map((entry) =>
      entry.type === "RequestReassigned"
        ? {
            ...entry,
            data: { ...(entry.data as object), to: [{ type: "user", identifier: "cy" }] },
          }
        : entry,
    );
    expect(invariants(forged)).toContain("I2");
  });
});
