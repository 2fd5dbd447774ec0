import { describe, expect, test } from "vitest";
import type { EventMetadata } from "@countersign/domain/actor.ts";
import type { RequestEvent } from "@countersign/domain/request/events.ts";
import { evolve } from "@countersign/domain/request/evolve.ts";
import type { RequestState } from "@countersign/domain/request/state.ts";
import { any, group, level, policy, qaOnly } from "../../testkit/examples/policies.ts";
import { given, type Given } from "../../testkit/given-when-then.ts";
import { answers, asks } from "../../testkit/changing.ts";
import { approves, asked, cancels } from "../../testkit/happenings.ts";
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

const skipping = (number: number): RequestEvent => ({
  type: "LevelSkipped",
  data: { level: number, because: "", facts: {} },
});
const reopening: RequestEvent = {
  type: "LevelReopened",
  data: { level: 3, because: null, groups: [] },
};
const withdrawal: RequestEvent = { type: "VoteWithdrawn", data: { level: 1, votedBy: "bo" } };
const approval: RequestEvent = { type: "LevelApproved", data: { level: 1, by, pools: {} } };
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
const edited: RequestEvent = {
  type: "PayloadModified",
  data: {
    version: 3,
    hash: "sha256:bb",
    payload: {},
    patch: [],
    editor: "bo",
    level: 1,
  },
};
const answered = (questionId: string): RequestEvent => ({
  type: "QuestionAnswered",
  data: { questionId, level: 1, text: "", pausedMs: 0 },
});
const twoLevels = given(
  world(policy([level(group(any, "qa_lead")), level(group(any, "sre"))])),
  asked(),
  approves("bo"),
);

describe("folding impossible histories stops loudly", () => {
  test.each<readonly [string, Given, readonly RequestEvent[], string]>([
    ["a vote before the request", nothing, [vote(1)], "VoteCast: the request is absent"],
    ["an end before the request", nothing, [ended], "RequestCancelled: the request is absent"],
    [
      "a second submission",
      plain,
      plain.moment.events.slice(0, 1),
      "RequestSubmitted: the request stands already",
    ],
    [
      "a request abandoned that was made",
      plain,
      [{ type: "RequestAbandoned", data: {} }],
      "RequestAbandoned: the request stands already",
    ],
    ["a level out of order", plain, [opening(3)], "LevelOpened: level 3 is not the next one"],
    [
      "a level opened that is over",
      twoLevels,
      [opening(1)],
      "LevelOpened: level 1 is not the next one",
    ],
    ["a skip out of order", plain, [skipping(3)], "LevelSkipped: level 3 is not the next one"],
    [
      "a skip of a level that is over",
      twoLevels,
      [skipping(1)],
      "LevelSkipped: level 1 is not the next one",
    ],
    [
      "a level reopened out of order",
      plain,
      [reopening],
      "LevelReopened: level 3 is not the next one",
    ],
    ["a vote at a level not open", plain, [vote(2)], "VoteCast: level 2 is not open"],
    ["a vote at a level that is over", twoLevels, [vote(1)], "VoteCast: level 1 is not open"],
    [
      "two standing votes of one person",
      plain,
      [vote(1), vote(1)],
      "VoteCast: a vote of bo stands",
    ],
    ["a withdrawal without a vote", plain, [withdrawal], "VoteWithdrawn: no vote of bo stands"],
    [
      "an approval of a level that is over",
      twoLevels,
      [approval],
      "LevelApproved: level 1 is not open",
    ],
    [
      "a version of the payload left out",
      plain,
      [edited],
      "PayloadModified: payload version 1 is current",
    ],
    [
      "an answer to nothing that was asked",
      plain.and(asks("bo")),
      [answered("q")],
      "QuestionAnswered: question q is not open",
    ],
    [
      "a level of an approved request",
      plain.and(approves("bo")),
      [approval],
      "LevelApproved: the request is granted",
    ],
    [
      "a second end",
      plain.and(cancels("ana")),
      [ended],
      "RequestCancelled: the request is cancelled",
    ],
    [
      "a vote after the end",
      plain.and(cancels("ana")),
      [vote(1)],
      "VoteCast: the request is cancelled",
    ],
    [
      "an execution of a pending request",
      plain,
      [report],
      "ExecutionReported: the request is pending",
    ],
    [
      "a grant spent of a pending request",
      plain,
      [spent(grant)],
      "GrantConsumed: the request is pending",
    ],
    ["a grant stuck of a pending request", plain, [stuck], "DeliveryStuck: the request is pending"],
    [
      "an execution of a cancelled request",
      plain.and(cancels("ana")),
      [report],
      "ExecutionReported: the request is cancelled",
    ],
    [
      "an execution before the grant was spent",
      plain.and(approves("bo")),
      [report],
      "ExecutionReported: the request is granted",
    ],
    [
      "a second report",
      plain.and(approves("bo")),
      [spent(grant), report, report],
      "ExecutionReported: the request is executed",
    ],
    [
      "a grant spent twice",
      plain.and(approves("bo")),
      [spent(grant), spent(grant)],
      "GrantConsumed: the request is consumed",
    ],
    [
      "the grant of another request",
      plain.and(approves("bo")),
      [spent("grt_OTHER-1")],
      "GrantConsumed: the request is granted",
    ],
    [
      "a grant where none was issued",
      moved,
      [spent(grant)],
      "GrantConsumed: the request is approved",
    ],
    [
      "an alarm where no grant was issued",
      moved,
      [stuck],
      "DeliveryStuck: the request is approved",
    ],
    [
      "an alarm about a grant that was spent",
      plain.and(approves("bo")),
      [spent(grant), stuck],
      "DeliveryStuck: the request is consumed",
    ],
  ])("%s", (_, history, events, said) => {
    const [type, why] = said.split(": ");
    expect(() => after(history, ...events)).toThrow(`${type} cannot have happened: ${why}.`);
  });

  test("a question that was answered is not answered again", () => {
    const questioned = plain.and(asks("bo"), answers("ana"));
    const [question] = questioned.view.questions;
    if (question === undefined) throw new Error("nothing was asked");
    expect(() => after(questioned, answered(question.id))).toThrow(
      `QuestionAnswered cannot have happened: question ${question.id} is not open.`,
    );
  });
});
