import { describe, expect, test } from "vitest";
import type { Delegation } from "@countersign/domain/delegation/delegation.ts";
import type { LogEntry } from "@countersign/check/log-entry.ts";
import { append, minute, type Written } from "./planting.ts";
import {
  approved,
  bot,
  group,
  imported,
  level,
  levelApproved,
  opened,
  org,
  person,
  policy,
  pool,
  stream,
  submitted,
  voted,
} from "./written.ts";
import { broken, sentences } from "./broken.ts";

const delegation = "delegation-demo.main";

const made = (from: string, to: string, over: Partial<Delegation> = {}): Written => [
  "DelegationCreated",
  {
    id: `dlg_${from}-${to}`,
    from,
    to,
    startsAt: minute(0),
    endsAt: minute(600),
    policies: null,
    roles: null,
    exclusive: false,
    redelegate: false,
    reason: null,
    ...over,
  },
];
const passedOn = (from: string, to: string, over: Partial<Delegation> = {}): Written =>
  made(from, to, { redelegate: true, ...over });
const revoked = (id: string): Written => ["DelegationRevoked", { id }];

/** An org whose people made these delegations, one after the other. */
const delegating = (...events: readonly Written[]): LogEntry[] =>
  append(org(imported("Policy", policy("p", [level(1, [group("qa_lead")])]))), {
    stream: delegation,
    actor: person("ana"),
    events,
    minute: 2,
  });

/** A request approved by the vote of one for another, under that delegation. */
const actingFor = (
  log: readonly LogEntry[],
  votedBy: string,
  onBehalfOf: string | null,
  delegationId: string | null,
  at = 6,
): LogEntry[] => {
  const asked = append(log, {
    stream: stream("apr_1"),
    actor: bot,
    events: [
      submitted("apr_1", { policies: [{ id: "p", version: 1, gate: null }] }),
      opened(1, pool("qa_lead")),
    ],
    minute: 5,
  });
  const [type, data] = voted(votedBy);
  return append(asked, {
    stream: stream("apr_1"),
    actor: person(votedBy),
    events: [
      [type, { ...(data as object), onBehalfOf, delegationId }],
      levelApproved(votedBy),
      approved(votedBy),
    ],
    minute: at,
  });
};

describe("I22: a delegation carries a vote", () => {
  const gusForBo = (over: Partial<Delegation> = {}, at?: number): LogEntry[] =>
    actingFor(delegating(made("bo", "gus", over)), "gus", "bo", "dlg_bo-gus", at);

  test("inside its window and scope", () => {
    expect(broken(gusForBo())).toEqual([]);
    expect(broken(gusForBo({ policies: ["p"], roles: ["qa_lead"] }))).toEqual([]);
  });
  test("over three links that may be handed on", () => {
    const log = delegating(passedOn("bo", "dee"), passedOn("dee", "eli"), made("eli", "gus"));
    expect(broken(actingFor(log, "gus", "bo", "dlg_eli-gus"))).toEqual([]);
  });
  test.each([
    ["before it starts", gusForBo({ startsAt: minute(7) })],
    ["at its end", gusForBo({ endsAt: minute(6) })],
    ["for another policy", gusForBo({ policies: ["deploy"] })],
    ["for another role", gusForBo({ roles: ["sre"] })],
    [
      "after it was revoked",
      actingFor(delegating(made("bo", "gus"), revoked("dlg_bo-gus")), "gus", "bo", "dlg_bo-gus"),
    ],
    ["that names another", actingFor(delegating(made("bo", "gus")), "fay", "bo", "dlg_bo-gus")],
    ["of another's slots", actingFor(delegating(made("bo", "gus")), "gus", "cy", "dlg_bo-gus")],
    ["that was never made", actingFor(delegating(made("cy", "gus")), "gus", "bo", "dlg_9")],
    [
      "that may not be handed on",
      actingFor(delegating(made("bo", "dee"), made("dee", "gus")), "gus", "bo", "dlg_dee-gus"),
    ],
    [
      "that a viewer handed on",
      actingFor(delegating(passedOn("bo", "vic"), made("vic", "gus")), "gus", "bo", "dlg_vic-gus"),
    ],
    ["to a viewer", actingFor(delegating(made("bo", "vic")), "vic", "bo", "dlg_bo-vic")],
    ["for oneself", actingFor(delegating(made("bo", "gus")), "bo", "bo", "dlg_bo-gus")],
    ["that nobody needs", actingFor(delegating(made("bo", "gus")), "bo", null, "dlg_bo-gus")],
  ])("one %s is found", (_, log) => {
    expect(sentences(log, "I22")).toHaveLength(1);
  });
  test("one made after the decision had read the delegations is found", () => {
    const log = actingFor(delegating(made("bo", "gus")), "gus", "bo", "dlg_bo-gus").map((entry) =>
      entry.type === "VoteCast"
        ? {
            ...entry,
            metadata: {
              ...entry.metadata,
              basis: { directory: 11, delegation: -1, definition: 2 },
            },
          }
        : entry,
    );
    expect(sentences(log, "I22")).toEqual([
      "gus acts for bo by dlg_bo-gus, which does not lead there.",
    ]);
  });
});

describe("I22: delegations among themselves", () => {
  test("mutual cover is fine, and so is a circle at different times", () => {
    expect(broken(delegating(made("bo", "cy"), passedOn("cy", "bo")))).toEqual([]);
    const later = { startsAt: minute(600), endsAt: minute(900) };
    expect(broken(delegating(passedOn("bo", "cy"), passedOn("cy", "bo", later)))).toEqual([]);
  });
  test("a revoked one closes no circle", () => {
    const log = delegating(passedOn("bo", "cy"), revoked("dlg_bo-cy"), passedOn("cy", "bo"));
    expect(broken(log)).toEqual([]);
  });
  test.each([
    ["to oneself", delegating(made("bo", "bo"))],
    ["that ends before it starts", delegating(made("bo", "cy", { endsAt: minute(-1) }))],
    ["that closes a circle", delegating(passedOn("bo", "cy"), passedOn("cy", "bo"))],
    [
      "that is the fourth in a chain",
      delegating(
        passedOn("bo", "cy"),
        passedOn("cy", "dee"),
        passedOn("dee", "eli"),
        made("eli", "gus"),
      ),
    ],
    [
      "that is the first of four",
      delegating(
        passedOn("cy", "dee"),
        passedOn("dee", "eli"),
        made("eli", "gus"),
        passedOn("bo", "cy"),
      ),
    ],
  ])("one %s is found", (_, log) => {
    expect(sentences(log, "I22")).toHaveLength(1);
  });
});
