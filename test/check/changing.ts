import fc from "fast-check";
import type { LogEntry } from "@countersign/check/log-entry.ts";
import type { Policy } from "@countersign/domain/policy/policy.ts";
import type { Principal, RequestCommand } from "@countersign/domain/request/commands.ts";
import { putAgent, putPerson, putRole, removePerson } from "../domain/directory/people.ts";
import { minute, type Written } from "./planting.ts";
import { ask, smallOrg, type SmallOrg } from "./small-org.ts";
import { group, level, policy } from "./written.ts";

const staff = ["bo", "cy", "dee", "eli"];
const everybody = ["ana", "ivy", ...staff];
const person = (id: string): Principal => ({ kind: "person", id, org: "demo" });
const all = { required: "all", count: null, percent: null } as const;
/** Two of a group. */
export const two = { required: "threshold", count: 2, percent: null } as const;

const conditional = {
  conditions: {
    kind: "field",
    field: "action.parameters.size",
    operator: "=",
    value: "large",
  } as const,
};

/** Policies whose requests are changed. */
export const shapes: readonly Policy[] = [
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

/** One thing that happens in an org; `hash` is that of the payload as it stands. */
export type Act = (org: SmallOrg, hash: () => string) => void;
/** A person says something about the request. */
export const say =
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

/** What people may do to a request, and what may become of them. */
export const acts: fc.Arbitrary<Act> = fc.oneof(
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

/** Brings all of it about, after an agent of ana asked. */
export const play = (
  rules: Policy,
  steps: readonly Act[],
  definitions: readonly Written[] = [],
): SmallOrg => {
  const org = smallOrg([rules], false, definitions);
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

/** Random histories with everything that changes a request. */
export const histories = fc.tuple(
  fc.constantFrom(...shapes),
  fc.array(acts, { minLength: 4, maxLength: 40 }),
);
