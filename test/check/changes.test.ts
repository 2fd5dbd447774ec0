import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { check } from "@countersign/check/check.ts";
import type { LogEntry } from "@countersign/check/log-entry.ts";
import type { Policy } from "@countersign/domain/policy/policy.ts";
import type { Principal, RequestCommand } from "@countersign/domain/request/commands.ts";
import { putAgent, putPerson, putRole, removePerson } from "../domain/directory/people.ts";
import { auditOf } from "./audit-of.ts";
import { minute } from "./planting.ts";
import { ask, smallOrg, type SmallOrg } from "./small-org.ts";
import { group, level, policy } from "./written.ts";

const staff = ["bo", "cy", "dee", "eli"];
const everybody = ["ana", "ivy", ...staff];
const person = (id: string): Principal => ({ kind: "person", id, org: "demo" });
const all = { required: "all", count: null, percent: null } as const;
const two = { required: "threshold", count: 2, percent: null } as const;

const conditional = {
  conditions: {
    kind: "field",
    field: "action.parameters.size",
    operator: "=",
    value: "large",
  } as const,
};

const shapes: readonly Policy[] = [
  policy("p", [level(1, [group("qa")]), level(2, [group("sre")])]),
  policy("p", [
    level(1, [group("qa", { quorum: all })]),
    level(2, [group("sre", { quorum: two })]),
  ]),
  policy("p", [level(1, [group("sre")], conditional), level(2, [group("qa"), group("sre")])]),
  policy(
    "p",
    [
      level(1, [group("qa")]),
      level(2, [group("qa"), group("sre")], { logic: "OR", unskippable: true }),
    ],
    {
      reapproval: "not_required",
    },
  ),
  policy("p", [level(1, [group("qa")], conditional), level(2, [group("sre")], conditional)]),
];

type Act = (org: SmallOrg, hash: () => string) => void;
const say =
  (who: string, command: (hash: string) => RequestCommand): Act =>
  (org, hash) =>
    org.request("apr_1", person(who), command(hash()));

const who = fc.constantFrom(...everybody);
const target = fc.constantFrom(
  { type: "user", identifier: "dee" } as const,
  { type: "user", identifier: "eli" } as const,
  { type: "user", identifier: "ana" } as const,
  { type: "role", identifier: "sre" } as const,
);
const sizes = fc.constantFrom("large", "small", "tiny");

const acts: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc
      .tuple(who, fc.integer({ min: 0, max: 7 }))
      .map(([id, deny]) =>
        say(id, (payloadHash) =>
          deny === 0
            ? { type: "deny", reason: "no", payloadHash, level: null, notes: null }
            : { type: "approve", payloadHash, level: null, notes: null },
        ),
      ),
  },
  {
    weight: 5,
    arbitrary: fc.tuple(who, sizes).map(([id, size]) =>
      say(id, (payloadHash) => ({
        type: "modify",
        parameters: { size },
        payloadHash,
        level: null,
        notes: null,
        edit: () => ({ hash: `sha256:${size}`, patch: [], faults: [] }),
      })),
    ),
  },
  {
    weight: 2,
    arbitrary: who.map((id) => say(id, () => ({ type: "withdraw-vote", level: null }))),
  },
  { weight: 1, arbitrary: who.map((id) => say(id, () => ({ type: "claim" }))) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(who, fc.option(fc.constantFrom(...staff), { nil: null }), target)
      .map(([id, from, to]) =>
        say(id, () => ({ type: "reassign", from, to: [to], reason: "away" })),
      ),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        who,
        fc.subarray([1, 2]),
        fc.option(fc.tuple(fc.constantFrom(1, 2), target), { nil: null }),
      )
      .map(([id, skipLevels, added]) =>
        say(id, () => ({
          type: "amend",
          skipLevels,
          addApprovers:
            added === null ? [] : [{ level: added[0], group: "sre", approvers: [added[1]] }],
          shorten: [],
          reason: "agreed",
        })),
      ),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(who, fc.integer({ min: 1, max: 400 }))
      .map(([id, minutes]) =>
        say(id, () => ({ type: "extend", expiresAt: minute(minutes), reason: "time" })),
      ),
  },
  {
    weight: 1,
    arbitrary: who.map((id) =>
      say(id, () => ({ type: "break-glass", reason: "fire", payloadHash: null })),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom("qa", "sre"), fc.subarray(everybody)).map(
      ([name, members]): Act =>
        (org) =>
          org.change(putRole(name, ...members)),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...staff).map(
      (id): Act =>
        (org) =>
          org.change(removePerson(id)),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constant<Act>((org) => org.request("apr_1", null, { type: "recheck" })),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 1, max: 20 }).map(
      (count): Act =>
        (org) =>
          org.passMinutes(count),
    ),
  },
);

const hashOf = (log: readonly LogEntry[]): string => {
  const edit = log.findLast(({ type }) => type === "PayloadModified");
  return edit === undefined ? "sha256:1" : String((edit.data as { hash: string }).hash);
};

const play = (rules: Policy, steps: readonly Act[]): SmallOrg => {
  const org = smallOrg([rules]);
  org.change(putPerson("ana", { access: "admin" }));
  org.change(putPerson("ivy", { access: "admin" }));
  staff.forEach((each) => org.change(putPerson(each)));
  org.change(putAgent("ci", "ana"));
  org.change(putRole("qa", "bo", "cy", "dee"));
  org.change(putRole("sre", "dee", "eli", "bo"));
  org.change(putRole("break_glass", "cy"));
  org.request(
    "apr_1",
    { kind: "agent", id: "ci", org: "demo" },
    {
      type: "submit",
      ask: { ...ask("apr_1", "p", {}), action: { type: "deploy", parameters: { size: "large" } } },
    },
  );
  steps.forEach((act) => act(org, () => hashOf(org.log)));
  return org;
};

const histories = fc.tuple(
  fc.constantFrom(...shapes),
  fc.array(acts, { minLength: 4, maxLength: 40 }),
);

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

test("whatever people changed, the checker finds nothing, and every change happened", () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(histories, ([rules, steps]) => {
      const { log } = play(rules, steps);
      for (const { type } of log) seen.set(type, (seen.get(type) ?? 0) + 1);
      expect(check(log, { audit: auditOf(log) })).toEqual([]);
    }),
    { numRuns: 1_500, seed: 20_260_401 },
  );
  for (const type of [
    "PayloadModified",
    "VotesVoided",
    "LevelReopened",
    "VoteWithdrawn",
    "RequestReassigned",
    "ChainAmended",
    "ExpiryExtended",
    "GlassBroken",
    "RequestClaimed",
    "LevelSkipped",
  ]) {
    expect(seen.get(type) ?? 0, type).toBeGreaterThan(10);
  }
});

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
