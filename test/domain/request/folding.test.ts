import { describe, expect, test } from "vitest";
import type { EventMetadata } from "@countersign/domain/actor.ts";
import { decodeRequestEvent, encodeRequestEvent } from "@countersign/domain/request/codec.ts";
import type { RequestEvent } from "@countersign/domain/request/events.ts";
import { absentRequest, evolve } from "@countersign/domain/request/evolve.ts";
import type { RequestState } from "@countersign/domain/request/state.ts";
import { all, any, group, level, policy, qaOnly, when } from "../../testkit/examples/policies.ts";
import { leaves, role } from "../../testkit/examples/directory.ts";
import { Given, given } from "../../testkit/given-when-then.ts";
import {
  approves,
  asked,
  cancels,
  clockShows,
  denies,
  people,
  rechecked,
  timerFires,
  transitionReported,
} from "../../testkit/happenings.ts";
import { world } from "../../testkit/world.ts";

const metadata: EventMetadata = {
  commandId: "c",
  correlationId: "c",
  org: "demo",
  actor: { kind: "person", id: "bo" },
  channel: "rest",
  occurredAt: "2026-01-05T09:00:00.000Z",
  schemaVersion: 1,
};
const after = (history: Given, ...events: readonly RequestEvent[]): RequestState => {
  let { state } = history.moment;
  for (const event of events) state = evolve(state, { event, metadata });
  return state;
};

const plain = given(world(qaOnly), asked());
const nothing = given(world(qaOnly));
const topic = { workflow: "release", id: "R", from: "a", to: "b" };
const by = { kind: "person", id: "bo" } as const;
const vote = (level_: number): RequestEvent => ({
  type: "VoteCast",
  data: {
    level: level_,
    decision: "approve",
    votedBy: "bo",
    onBehalfOf: null,
    delegationId: null,
    payloadHash: "sha256:aa",
    notes: null,
    reason: null,
  },
});
const opening = (number: number): RequestEvent => ({
  type: "LevelOpened",
  data: { level: number, because: null, groups: [] },
});
const ended: RequestEvent = {
  type: "RequestCancelled",
  data: { by, reason: null, pools: {} },
};
const report: RequestEvent = {
  type: "ExecutionReported",
  data: { status: "executed", result: null, payloadHash: "sha256:aa" },
};

const grant = "grt_01JARZ3NDEKTSV4RRFFQ69G5FA-1";
const spent = (grantId: string): RequestEvent => ({
  type: "GrantConsumed",
  data: { grantId, payloadHash: "sha256:aa", payloadVersion: 1, by },
});
const stuck: RequestEvent = {
  type: "DeliveryStuck",
  data: { grantId: grant, approvedAt: metadata.occurredAt, validUntil: metadata.occurredAt },
};
/** A transition that was approved: it executes by completing, and issues no grant. */
const moved = given(world(qaOnly), asked({ topic }), approves("bo"));

describe("folding impossible histories stops loudly", () => {
  test.each<readonly [string, Given, readonly RequestEvent[]]>([
    ["a vote before the request", nothing, [vote(1)]],
    ["an end before the request", nothing, [ended]],
    ["a second submission", plain, plain.moment.events.slice(0, 1)],
    ["a level out of order", plain, [opening(3)]],
    [
      "a skip out of order",
      plain,
      [{ type: "LevelSkipped", data: { level: 3, because: "", facts: {} } }],
    ],
    ["a vote at a level not open", plain, [vote(2)]],
    ["two standing votes of one person", plain, [vote(1), vote(1)]],
    [
      "a withdrawal without a vote",
      plain,
      [{ type: "VoteWithdrawn", data: { level: 1, votedBy: "bo" } }],
    ],
    [
      "an approval of a level that is over",
      plain.and(approves("bo")),
      [{ type: "LevelApproved", data: { level: 1, by, pools: {} } }],
    ],
    ["a second end", plain.and(cancels("ana")), [ended]],
    ["a vote after the end", plain.and(cancels("ana")), [vote(1)]],
    ["an execution of a pending request", plain, [report]],
    ["an execution of a cancelled request", plain.and(cancels("ana")), [report]],
    ["an execution before the grant was spent", plain.and(approves("bo")), [report]],
    ["a second report", plain.and(approves("bo")), [spent(grant), report, report]],
    ["a grant spent twice", plain.and(approves("bo")), [spent(grant), spent(grant)]],
    ["the grant of another request", plain.and(approves("bo")), [spent("grt_OTHER-1")]],
    ["a grant where none was issued", moved, [spent(grant)]],
    ["an alarm where no grant was issued", moved, [stuck]],
    ["an alarm about a grant that was spent", plain.and(approves("bo")), [spent(grant), stuck]],
  ])("%s", (_, history, events) => {
    expect(() => after(history, ...events)).toThrow(/cannot have happened/);
  });

  test("a policy version that was never imported stops the decision", () => {
    const forgetful = new Given({ ...plain.moment, world: world() });
    expect(() => forgetful.view).toThrow(
      "Policy release version 1 is pinned by a request and not known.",
    );
  });

  test("a state is never changed by the next event", () => {
    const before = JSON.stringify(plain.moment.state);
    plain.and(approves("bo"));
    expect(JSON.stringify(plain.moment.state)).toBe(before);
  });
});

describe("the codec", () => {
  const histories = [
    given(world(qaOnly), asked({ topic }), approves("bo"), transitionReported(true)),
    given(world(qaOnly), asked(), denies("bo")),
    given(world(qaOnly), asked(), cancels("ana")),
    given(world(qaOnly), asked(), clockShows("2026-02-05T09:00:00.000Z"), timerFires),
    given(world(policy(level(group(all, "sre")))), asked(), people(leaves("eli")), rechecked),
    given(
      world(policy(level(group(any, "legal")))),
      asked(),
      people(role("legal", "hal")),
      rechecked,
    ),
    given(
      world(policy(level([group(all, "sre"), group(any, "qa_lead")], { logic: "OR" }))),
      asked(),
      denies("eli"),
      approves("eli"),
    ),
    given(
      world(policy(level(group(any, "sre"), { conditions: when("priority", "high") }))),
      asked({ context: { priority: "low" } }),
    ),
  ];
  const failed = given(world(qaOnly)).when(asked({ validation: { is_valid: false, issues: [] } }));
  const events = [...histories.flatMap(({ moment }) => moment.events), ...failed.moment.events];

  test("every event that a command can write comes back as it was", () => {
    const types = new Set(events.map(({ type }) => type));
    expect(types.size).toBe(15);
    for (const event of events) {
      const { type, data, schemaVersion } = encodeRequestEvent(event);
      expect(decodeRequestEvent(type, data, schemaVersion)).toEqual(event);
    }
  });

  test("an unknown type is not guessed at", () => {
    expect(() => decodeRequestEvent("RequestTeleported", "{}", 1)).toThrow(/Unknown request event/);
    expect(() => decodeRequestEvent("toString", "{}", 1)).toThrow(/Unknown request event/);
  });

  test("an unknown version is not guessed at", () => {
    expect(() => decodeRequestEvent("VoteCast", "{}", 2)).toThrow(/Unknown version 2/);
  });

  test("an abandoned request stays absent", () => {
    expect(evolve(absentRequest, { event: { type: "RequestAbandoned", data: {} }, metadata })).toBe(
      absentRequest,
    );
  });
});
