import fc from "fast-check";
import { expect, test } from "vitest";
import type { Policy, Quorum } from "@countersign/domain/policy/policy.ts";
import type { Ask, Principal } from "@countersign/domain/request/commands.ts";
import { check } from "@countersign/check/check.ts";
import { putAgent, putPerson, putRole, removePerson } from "../domain/directory/people.ts";
import { auditOf } from "./audit-of.ts";
import { group, level, policy } from "./written.ts";
import { ask, smallOrg, type SmallOrg } from "./small-org.ts";

const staff = ["bo", "cy", "dee", "eli"];
const everybody = ["ana", ...staff];
const roles = ["qa", "sre"];

const quorums: fc.Arbitrary<Quorum> = fc.constantFrom(
  { required: "any", count: null, percent: null },
  { required: "all", count: null, percent: null },
  { required: "threshold", count: 2, percent: null },
  { required: "percent", count: null, percent: 60 },
);

const groups = fc
  .tuple(quorums, fc.subarray([...roles, "person"], { minLength: 1 }))
  .map(([quorum, sources]) => ({
    quorum,
    assignments: sources.map((source) =>
      source === "person"
        ? ({ type: "user", identifier: "dee" } as const)
        : ({ type: "role", identifier: source } as const),
    ),
  }));

const levels = fc
  .record({
    groups: fc.array(groups, { minLength: 1, maxLength: 2 }),
    logic: fc.constantFrom("AND", "OR"),
    onDeny: fc.constantFrom("veto", "unreachable"),
    onEmpty: fc.constantFrom("block", "deny", "skip"),
    distinctApprovers: fc.boolean(),
    conditional: fc.boolean(),
  })
  .map(({ conditional, ...plan }) => ({
    ...plan,
    groups: plan.groups.map((each, index) => group(`g${index}`, each)),
    conditions: conditional
      ? ({ kind: "field", field: "priority", operator: "=", value: "critical" } as const)
      : null,
  }));

const policies: fc.Arbitrary<Policy> = fc
  .record({
    chain: fc.array(levels, { minLength: 1, maxLength: 3 }),
    fallback: fc.option(levels, { nil: null }),
    selfApproval: fc.constantFrom("allow", "forbid", null),
    onAllSkipped: fc.constantFrom("block", "approve"),
  })
  .map(({ chain, fallback, ...over }) =>
    policy(
      "p",
      chain.map((plan, index) => level(index + 1, plan.groups, plan)),
      {
        ...over,
        fallback: fallback && level(1, fallback.groups, { ...fallback, conditions: null }),
      },
    ),
  );

type Act = (org: SmallOrg) => void;
const person = (id: string): Principal => ({ kind: "person", id, org: "demo" });
const requestIds = ["apr_1", "apr_2"];
const id = fc.constantFrom(...requestIds);
const recheck: Act = (org) =>
  requestIds.forEach((each) => org.request(each, null, { type: "recheck" }));
const vote = { payloadHash: null, level: null, notes: null };

const acts: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc
      .record({ id, who: fc.constantFrom(...everybody), deny: fc.integer({ min: 0, max: 5 }) })
      .map(
        ({ id: request, who, deny }): Act =>
          (org) =>
            org.request(
              request,
              person(who),
              deny === 0 ? { type: "deny", reason: "no", ...vote } : { type: "approve", ...vote },
            ),
      ),
  },
  {
    weight: 2,
    arbitrary: fc.record({ role: fc.constantFrom(...roles), members: fc.subarray(everybody) }).map(
      ({ role, members }): Act =>
        (org) =>
          org.change(putRole(role, ...members)),
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .record({ who: fc.constantFrom(...staff), how: fc.constantFrom("gone", "viewer", "back") })
      .map(({ who, how }): Act => (org) => {
        const over = how === "viewer" ? ({ access: "viewer" } as const) : {};
        org.change(how === "gone" ? removePerson(who) : putPerson(who, over));
      }),
  },
  { weight: 3, arbitrary: fc.constant(recheck) },
  {
    weight: 2,
    arbitrary: fc.integer({ min: 1, max: 90 }).map(
      (count): Act =>
        (org) =>
          org.passMinutes(count),
    ),
  },
  {
    weight: 1,
    arbitrary: id.map(
      (request): Act =>
        (org) =>
          org.request(request, null, { type: "expire" }),
    ),
  },
);

interface Played {
  readonly rules: Policy;
  readonly context: Ask["context"];
  readonly members: readonly [readonly string[], readonly string[]];
  readonly acts: readonly Act[];
}

const histories: fc.Arbitrary<Played> = fc.record({
  rules: policies,
  context: fc.constantFrom<Ask["context"][]>({ priority: "critical" }, { priority: "low" }, {}),
  members: fc.tuple(fc.subarray(everybody), fc.subarray(everybody)),
  acts: fc.array(acts, { minLength: 4, maxLength: 30 }),
});

const play = ({ rules, context, members, acts: steps }: Played, forgetful = false): SmallOrg => {
  const org = smallOrg([rules], forgetful);
  org.change(putPerson("ana", { access: "admin" }));
  staff.forEach((each) => org.change(putPerson(each)));
  org.change(putAgent("ci", "ana"));
  org.change(putRole("qa", ...members[0]));
  org.change(putRole("sre", ...members[1]));
  const agent: Principal = { kind: "agent", id: "ci", org: "demo" };
  org.request("apr_1", agent, { type: "submit", ask: ask("apr_1", "p", context) });
  org.request("apr_2", person("bo"), { type: "submit", ask: ask("apr_2", "p", context) });
  steps.forEach((act) => act(org));
  return org;
};

test("whatever the decider decided, the checker finds nothing, and the decider went everywhere", () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(histories, (history) => {
      const { log } = play(history);
      for (const { type } of log) {
        seen.set(type, (seen.get(type) ?? 0) + 1);
      }
      expect(check(log, { audit: auditOf(log) })).toEqual([]);
    }),
    { numRuns: 1_500, seed: 20_260_301 },
  );
  for (const type of [
    "LevelOpened",
    "LevelSkipped",
    "LevelBlocked",
    "VoteCast",
    "VoteWithdrawn",
    "SlotVoided",
    "LevelApproved",
    "LevelDenied",
    "RequestApproved",
    "RequestDenied",
    "RequestExpired",
  ]) {
    expect(seen.get(type) ?? 0, type).toBeGreaterThan(10);
  }
});

test("a commander that decides by the people of yesterday is found out", () => {
  const found = new Set<string>();
  fc.assert(
    fc.property(histories, (history) => {
      for (const { invariant } of check(play(history, true).log)) {
        found.add(invariant);
      }
    }),
    { numRuns: 300, seed: 20_260_301 },
  );
  expect([...found]).toContain("I2");
});
