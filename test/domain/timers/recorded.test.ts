import { describe, expect, test } from "vitest";
import type { EventMetadata } from "@countersign/domain/actor.ts";
import type { LevelPlan } from "@countersign/domain/policy/policy.ts";
import type { Question } from "@countersign/domain/request/changes.ts";
import type { RequestEvent } from "@countersign/domain/request/events.ts";
import { absentRequest, evolve } from "@countersign/domain/request/evolve.ts";
import type { PendingRequest, RequestState } from "@countersign/domain/request/state.ts";
import {
  inOrder,
  isInForce,
  openTimers,
  type OpenTimer,
} from "@countersign/domain/request/timers/open.ts";
import { pausedMs } from "@countersign/domain/request/timers/pause.ts";
import { requestView } from "@countersign/domain/request/view/view.ts";
import { answers, asks, modifies } from "../../testkit/changing.ts";
import { active, gate } from "../../testkit/examples/gates.ts";
import { any, group, level, policy, when } from "../../testkit/examples/policies.ts";
import { after, fires } from "../../testkit/firing.ts";
import { given, type Given } from "../../testkit/given-when-then.ts";
import { approves, asked, clockShows, type Happening } from "../../testkit/happenings.ts";
import { referenceOf, world } from "../../testkit/world.ts";

const at = (time: string): Happening => clockShows(`2026-01-05T${time}:00.000Z`);
const qa = group(any, "qa_lead");
const team = group(any, "tech_lead");
const reminder = [after("1h", "reminder")];
const started = (...levels: Parameters<typeof policy>): Given =>
  given(world(policy(...levels)), asked({ policy: "release" }));

const metadata: EventMetadata = {
  commandId: "c",
  correlationId: "c",
  org: "demo",
  actor: { kind: "timer", id: "reminder" },
  channel: "rest",
  occurredAt: "2026-01-05T09:00:00.000Z",
  schemaVersion: 1,
};
const fold = (events: readonly RequestEvent[], from: RequestState = absentRequest): RequestState =>
  events.reduce<RequestState>((state, event) => evolve(state, { event, metadata }), from);

const pending = ({ moment }: Given): PendingRequest => {
  if (moment.state.status !== "pending") throw new Error("it is over");
  return moment.state;
};

const ref = {
  level: 1,
  step: 1,
  payloadVersion: 1,
  generation: 1,
  dueAt: "2026-01-05T10:00:00.000Z",
};

describe("a log of timers", () => {
  const skipped = given(
    world(policy([level(qa, { conditions: when("priority", "critical") }), level(team)])),
    asked({ policy: "release", context: { priority: "low" } }),
  );
  const planned = (of: number): RequestEvent => ({
    type: "TimersPlanned",
    data: { ...ref, level: of, startAt: ref.dueAt, calendar: null, timers: [] },
  });
  const escalated = (openLevel: number | null): RequestEvent => ({
    type: "RequestEscalated",
    data: { ...ref, openLevel, told: [], channels: [], reason: null, to: [], groups: [] },
  });

  test.each<readonly [string, Given, RequestEvent, string]>([
    [
      "timers of a level to come",
      started([level(qa), level(team)]),
      planned(2),
      "TimersPlanned cannot have happened: level 2 never opened.",
    ],
    [
      "timers of a level that was skipped",
      skipped,
      planned(1),
      "TimersPlanned cannot have happened: level 1 never opened.",
    ],
    [
      "an escalation at a level that is over",
      started([level(qa), level(team)]).and(approves("bo")),
      escalated(1),
      "RequestEscalated cannot have happened: level 1 is not open.",
    ],
    [
      "an escalation at no level",
      started(level(qa)),
      escalated(null),
      "RequestEscalated cannot have happened: level null is not open.",
    ],
  ])("that tells of %s stops loudly", (_, from, event, message) => {
    expect(() => fold([event], from.moment.state)).toThrow(message);
  });

  test("that tells of a timer without its plan changes nothing but the time", () => {
    const { state } = started(level(qa)).moment;
    const data = { ...ref, openLevel: 1, told: ["bo"], channels: [], reason: null };
    expect(fold([{ type: "ReminderDue", data }], state)).toEqual(state);
  });

  test("that was written before approvals named the pools they close still tells of them", () => {
    const escalation = [after("1h", "auto_approve")];
    const of = policy(level(qa), { autoApprove: "allow", riskCeiling: 1, escalation });
    const { events } = given({ ...world(of), defaults: { autoApprove: "allow" } }, asked()).and(
      at("10:00"),
      fires("auto_approve", { level: null }),
    ).moment;
    const older = events.map((event): RequestEvent => {
      if (event.type !== "RequestAutoApproved") return event;
      const { pools: _, ...data } = event.data;
      return { type: event.type, data };
    });
    expect(older).not.toEqual(events);
    expect(fold(older).status).toBe("approved");
  });

  test.each<readonly [string, Partial<LevelPlan>, string | null]>([
    [
      "shows a level's due mark counted from its opening",
      { timeout: "4h" },
      "2026-01-05T13:00:00.000Z",
    ],
    ["cannot tell a due mark by a calendar", { timeout: "4h", calendar: "office" }, null],
    ["knows no due mark that is none", { timeout: "soon" }, null],
    ["shows none where none is written", {}, null],
  ])("that was written before timers were planned %s", (_, fields, dueAt) => {
    const { events, world: around } = started(level(qa, fields)).moment;
    const state = fold(events.filter(({ type }) => type !== "TimersPlanned"));
    if (state.status === "absent") throw new Error("there is no request");
    const { levels } = requestView(state, referenceOf(around), { position: "7" });
    expect(levels[0]).toMatchObject({ due_at: dueAt, overdue: false });
  });
});

describe("a plan", () => {
  test("counts for the payload and the opening for which it was made, and while the level is open", () => {
    const open = started([level(qa, { escalation: reminder }), level(team)], {
      escalation: reminder,
    });
    const [own, beside] = ["1", "null"].map((of) =>
      pending(open).timers?.plans.find((plan) => `${plan.level}` === of),
    );
    if (own === undefined || beside === undefined) throw new Error("nothing was planned");
    const inForce = (from: Given): readonly boolean[] =>
      [own, beside].map((plan) => isInForce(pending(from), plan));
    expect(inForce(open)).toEqual([true, true]);
    const approved = open.and(at("09:10"), approves("bo"));
    expect(inForce(approved)).toEqual([false, true]);
    expect(inForce(approved.and(modifies("dee")))).toEqual([false, false]);
    const reopened = pending(approved.and(modifies("dee")));
    expect(isInForce(reopened, { ...own, payloadVersion: 2 })).toBe(false);
    expect(isInForce(pending(open), { ...own, level: 2 })).toBe(false);
  });
});

describe("timers that are due together", () => {
  const noon = "2026-01-05T12:00:00.000Z";
  const [sample] = openTimers(pending(started(level(qa, { escalation: reminder }))));
  const timer = (of: number | null, step: number | null, dueAt = noon): OpenTimer => {
    if (sample === undefined) throw new Error("nothing was planned");
    return { ...sample, step, dueAt, plan: { ...sample.plan, level: of } };
  };

  test.each<readonly [string, OpenTimer, OpenTimer]>([
    ["by time before all else", timer(1, null, "2026-01-05T11:00:00.000Z"), timer(1, 1)],
    ["a level's ladder before the chain's", timer(1, 2), timer(null, 1)],
    ["steps as they are written", timer(1, 1), timer(1, 2)],
    ["a due mark after steps of its ladder", timer(1, 1), timer(1, null)],
    ["a due mark after steps of the chain's", timer(null, 1), timer(1, null)],
  ])("take effect %s", (_, first, second) => {
    expect(inOrder(first, second)).toBeLessThan(0);
    expect(inOrder(second, first)).toBeGreaterThan(0);
    expect(inOrder(first, first)).toBe(0);
  });
});

describe("the pause for questions", () => {
  const minute = (of: number): string => new Date(Date.UTC(2026, 0, 5, 9, of)).toISOString();
  const question = (from: number, to: number | null, of = 1): Question => ({
    id: "q1",
    level: of,
    text: "Why?",
    askedBy: "bo",
    askedAt: minute(from),
    answeredAt: to === null ? null : minute(to),
    answer: to === null ? null : "So.",
    answeredBy: to === null ? null : "ana",
    pausedMs: 0,
  });

  test.each<readonly [string, readonly Question[], number]>([
    ["is the time for which one was open", [question(5, 15)], 10],
    ["counts several of the same time once", [question(5, 15), question(10, 20)], 15],
    ["is not shortened by one within another", [question(5, 30), question(10, 15)], 25],
    ["adds up what was asked one after the other", [question(5, 10), question(20, 25)], 10],
    ["goes on while one is open", [question(20, null)], 20],
    ["counts from when the level opened", [question(-30, 10)], 10],
    ["leaves out what was answered before that", [question(-30, -10)], 0],
    ["leaves out questions at other levels", [question(5, 15), question(20, 30, 2)], 10],
    ["is never longer than the policy lets it be", [question(0, 60)], 45],
  ])("%s", (_, questions, minutes) => {
    expect(pausedMs(questions, 1, 45 * 60_000, minute(0), minute(40)) / 60_000).toBe(minutes);
  });

  const pausing = { pauseOnQuestion: "1h" };

  test("at an earlier level does not shift the next level's timers", () => {
    const open = started([level(qa), level(team, { escalation: reminder })], pausing);
    const next = open.and(asks("bo"), at("10:00")).when(approves("bo"));
    expect(next.decision.events.at(-1)).toMatchObject({
      type: "TimersPlanned",
      data: { level: 2, startAt: "2026-01-05T10:00:00.000Z" },
    });
  });

  test("is as long as the policy says that brought the level", () => {
    const always = gate({ type: "require_approval" }, { id: "always", policy: "safety" });
    const safety = policy(level(group(any, "security_team"), { escalation: reminder }), {
      id: "safety",
      pauseOnQuestion: "2h",
    });
    const own = policy(level(qa, { escalation: reminder }), pausing);
    const open = given(
      { ...world(own, safety), gates: active([always]) },
      asked({ policy: "release" }),
    );
    const startAt = (from: Given, by: string): unknown => {
      const event = from.when(asks(by)).decision.events.at(-1);
      return event?.type === "TimersPlanned" ? event.data.startAt.slice(11, 16) : null;
    };
    expect(startAt(open, "eli")).toBe("11:00");
    expect(startAt(open.and(approves("eli")), "bo")).toBe("10:00");
  });

  test("is none for approvers whom the asker named: no policy grants one", () => {
    const named = asked({ policy: null, approvers: [{ type: "user", identifier: "gus" }] });
    const open = given(world(), named).and(asks("gus"), at("10:00"));
    open.when(answers("ana")).yields(["QuestionAnswered", { pausedMs: 0 }]);
  });
});
