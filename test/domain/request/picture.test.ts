import { describe, expect, test } from "vitest";
import { role } from "../../testkit/examples/directory.ts";
import {
  all,
  any,
  fourLevels,
  group,
  level,
  policy,
  qaOnly,
  when,
} from "../../testkit/examples/policies.ts";
import { given } from "../../testkit/given-when-then.ts";
import {
  approves,
  asked,
  cancels,
  clockShows,
  denies,
  morning,
  people,
} from "../../testkit/happenings.ts";
import { world } from "../../testkit/world.ts";

const plain = given(world(qaOnly), asked());

describe("the picture of a request", () => {
  test("has every key of the wire, in its order", () => {
    expect(Object.keys(plain.view)).toEqual([
      "id",
      "org",
      "status",
      "title",
      "description",
      "action",
      "payload_hash",
      "payload_version",
      "view",
      "requester",
      "agent",
      "policy",
      "policies",
      "reason_codes",
      "gate_type",
      "policy_trace",
      "risk_snapshot",
      "context",
      "recommendations",
      "links",
      "urgency",
      "validation",
      "previous_request_id",
      "levels",
      "blocked",
      "caller_paused",
      "observers",
      "suggested",
      "attachments",
      "claimed_by",
      "questions",
      "children",
      "parent",
      "attempts",
      "automations",
      "created_at",
      "expires_at",
      "resolved_at",
      "resolution",
      "execution",
      "timeline",
      "position",
    ]);
  });

  test("of a pending request says who may answer and until when", () => {
    expect(plain.view).toMatchObject({
      id: "apr_01JARZ3NDEKTSV4RRFFQ69G5FA",
      org: "demo",
      status: "pending",
      payload_hash: "sha256:aa",
      payload_version: 1,
      requester: { kind: "agent", id: "deployment-bot", owner: "ana" },
      policy: { id: "release", version: 1 },
      policies: [{ id: "release", version: 1, gate: null }],
      created_at: morning,
      expires_at: "2026-01-06T09:00:00.000Z",
      resolved_at: null,
      resolution: null,
      execution: null,
      timeline: [
        { at: "2026-01-06T06:36:00.000Z", action: "approaching", level: null, step: null, to: [] },
        { at: "2026-01-06T09:00:00.000Z", action: "expiry", level: null, step: null, to: [] },
      ],
      position: "7",
    });
    expect(plain.view.levels).toEqual([
      {
        number: 1,
        name: "QA",
        message: null,
        status: "open",
        because: null,
        logic: "AND",
        opened_at: morning,
        due_at: null,
        overdue: false,
        resolved_at: null,
        resolved_by: null,
        groups: [
          {
            group: "qa-lead",
            message: null,
            required: "any",
            needed: 1,
            status: "open",
            blocked: false,
            slots: ["bo", "cy"].map((approver) => ({
              approver,
              via: { type: "role", identifier: "qa_lead" },
              why: "member of qa_lead",
              alternate: false,
              counted: false,
              status: "open",
              vote: null,
            })),
          },
        ],
      },
    ]);
  });

  test("of an approved request shows the vote, the other slot as not required, and the grant's time", () => {
    const { view } = plain.and(
      clockShows("2026-01-05T09:05:00.000Z"),
      approves("bo", { notes: "ok" }),
    );
    expect(view).toMatchObject({
      status: "approved",
      resolved_at: "2026-01-05T09:05:00.000Z",
      resolution: { by: { kind: "person", id: "bo" }, reason: null, notes: "ok" },
      execution: { status: "granted", valid_until: "2026-01-05T10:05:00.000Z", result: null },
      timeline: [],
    });
    expect(view.levels[0]).toMatchObject({
      status: "approved",
      resolved_at: "2026-01-05T09:05:00.000Z",
      resolved_by: { kind: "person", id: "bo" },
    });
    expect(view.levels[0]?.groups[0]).toMatchObject({
      status: "approved",
      slots: [
        {
          approver: "bo",
          counted: true,
          status: "approved",
          vote: {
            decision: "approve",
            voted_by: "bo",
            on_behalf_of: null,
            delegation_id: null,
            at: "2026-01-05T09:05:00.000Z",
            notes: "ok",
            reason: null,
            payload_hash: "sha256:aa",
            channel: "rest",
          },
        },
        { approver: "cy", counted: false, status: "not_required", vote: null },
      ],
    });
  });

  test("of a denied request shows who denied and why", () => {
    const { view } = plain.and(denies("cy", { reason: "too early", notes: "ask on Monday" }));
    expect(view).toMatchObject({
      status: "denied",
      resolution: { by: { kind: "person", id: "cy" }, reason: "too early", notes: "ask on Monday" },
      execution: null,
    });
    expect(view.levels[0]).toMatchObject({ status: "denied", groups: [{ status: "denied" }] });
  });

  test("never says that a denied level's group was approved", () => {
    const two = given(
      world(policy(level([group(any, "qa_lead"), group(all, "sre")]))),
      asked(),
      approves("bo"),
      denies("eli"),
    );
    expect(two.view.levels[0]?.groups.map(({ status }) => status)).toEqual(["approved", "denied"]);
  });

  test("shows levels not reached as waiting, with what they will want and without slots", () => {
    const { view } = given(world(fourLevels), asked());
    expect(view.levels.map(({ status }) => status)).toEqual([
      "open",
      "waiting",
      "waiting",
      "waiting",
    ]);
    expect(view.levels[1]?.groups).toEqual([
      {
        group: "engineering-lead",
        message: null,
        required: "any",
        needed: 1,
        status: "waiting",
        blocked: false,
        slots: [],
      },
      {
        group: "sre",
        message: null,
        required: "all",
        needed: 2,
        status: "waiting",
        blocked: false,
        slots: [],
      },
    ]);
  });

  test("shows a skipped level with the facts that skipped it", () => {
    const skipping = policy([
      level(group(any, "director"), { conditions: when("priority", "critical") }),
      level(group(any, "qa_lead")),
    ]);
    const { view } = given(world(skipping), asked({ context: { priority: "low" } }));
    expect(view.levels[0]).toMatchObject({
      status: "skipped",
      because: 'priority = "low"',
      opened_at: null,
      resolved_at: morning,
      groups: [{ slots: [] }],
    });
  });

  test("shows the due mark of a level with a timeout", () => {
    const timed = given(world(policy(level(group(any, "qa_lead"), { timeout: "4h" }))), asked());
    expect(timed.view.levels[0]?.due_at).toBe("2026-01-05T13:00:00.000Z");
  });

  test("of an open pool shows today's members", () => {
    const { view } = plain.and(people(role("qa_lead", "hal")));
    expect(view.levels[0]?.groups[0]?.slots.map((slot) => slot.approver)).toEqual(["hal"]);
  });

  test("of a closed pool shows the members of that moment, whoever comes or goes later", () => {
    const then = plain.and(approves("bo"));
    expect(then.and(people(role("qa_lead", "hal"))).view).toEqual(then.view);
  });

  test("of a cancelled request keeps the pool of that moment too", () => {
    const then = plain.and(cancels("ana"));
    expect(then.and(people(role("qa_lead", "hal"))).view).toEqual(then.view);
  });

  test("of inline approvers has no policy", () => {
    const { view } = given(
      world(),
      asked({ policy: null, approvers: [{ type: "user", identifier: "gus" }] }),
    );
    expect(view.policy).toBeNull();
    expect(view.policies).toEqual([]);
    expect(view.levels[0]).toMatchObject({ name: "Level 1", groups: [{ group: "level-1" }] });
  });

  test("is the same when it is looked at twice", () => {
    expect(JSON.stringify(plain.view)).toBe(JSON.stringify(plain.view));
  });
});
