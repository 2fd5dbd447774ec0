import { describe, expect, test } from "vitest";
import type { Delegation } from "@countersign/domain/delegation/delegation.ts";
import type { LevelPlan } from "@countersign/domain/policy/policy.ts";
import type { RequestEvent } from "@countersign/domain/request/events.ts";
import { amends, asks, modifies } from "../../testkit/changing.ts";
import { all, any, atLeast, group, level, policy } from "../../testkit/examples/policies.ts";
import { handedOver, handsOver } from "../../testkit/examples/delegations.ts";
import { after, fires } from "../../testkit/firing.ts";
import { given, type Given } from "../../testkit/given-when-then.ts";
import { approves, asked, clockShows, denies } from "../../testkit/happenings.ts";
import { world } from "../../testkit/world.ts";

const qa = group(any, "qa_lead");
const at = (time: string): ReturnType<typeof clockShows> =>
  clockShows(`2026-01-05T${time}:00.000Z`);

const started = (...levels: Parameters<typeof policy>): Given =>
  given(world(policy(...levels)), asked({ policy: "release" }));

const codes = (events: readonly RequestEvent[]): readonly string[] =>
  events.map((event) => (event.type === "TimerSuppressed" ? event.data.code : event.type));

describe("a timer that fires", () => {
  const ladder = [after("30m", "reminder"), after("2h", "escalate", "manager")];
  const open = started(level(qa, { escalation: ladder }));

  test("does nothing before it is due, and something at that very instant", () => {
    open.and(clockShows("2026-01-05T09:29:59.999Z")).when(fires("reminder")).yieldsNothing();
    open.and(at("09:30")).when(fires("reminder")).yields("ReminderDue");
  });

  test("takes effect once, however often it is said", () => {
    open.and(at("09:30"), fires("reminder")).when(fires("reminder")).yieldsNothing();
  });

  test("means nothing for another step, level, generation, payload version or kind", () => {
    const due = open.and(at("12:00"));
    due.when(fires("reminder", { step: 2 })).yieldsNothing();
    due.when(fires("reminder", { level: 2 })).yieldsNothing();
    due.when(fires("reminder", { level: null })).yieldsNothing();
    due.when(fires("reminder", { generation: 2 })).yieldsNothing();
    due.when(fires("reminder", { payloadVersion: 2 })).yieldsNothing();
    due.when(fires("auto_approve")).yieldsNothing();
    due.when(fires("due")).yieldsNothing();
  });

  test("of an earlier generation is stale once the ladder was planned anew", () => {
    const moved = open.and(
      at("09:10"),
      amends("ivy", { shorten: [{ level: 1, step: 2, after: "1h" }] }),
    );
    moved.and(at("09:30")).when(fires("reminder")).yieldsNothing();
    moved
      .and(at("09:30"))
      .when(fires("reminder", { generation: 2 }))
      .yields("ReminderDue");
  });

  test("of an earlier payload version is stale once the payload was edited", () => {
    const two = started(level(group(atLeast(2), "qa_lead", "team_lead"), { escalation: ladder }));
    const edited = two.and(at("09:10"), modifies("bo"));
    edited.and(at("09:30")).when(fires("reminder")).yieldsNothing();
    edited
      .and(at("09:30"))
      .when(fires("reminder", { payloadVersion: 2 }))
      .yields("ReminderDue");
  });

  test("of a level that is over changes nothing", () => {
    const two = started([level(qa, { escalation: ladder }), level(group(any, "tech_lead"))]);
    two.and(approves("bo"), at("12:00")).when(fires("reminder")).yieldsNothing();
  });

  test("changes nothing after the end", () => {
    open.and(approves("bo"), at("12:00")).when(fires("reminder")).yieldsNothing();
    open
      .and(denies("bo"), at("12:00"))
      .when(fires("escalate", { step: 2 }))
      .yieldsNothing();
  });

  test("changes nothing after the end either where its ladder stands beside the chain", () => {
    const beside = started(level(qa), { escalation: [after("1h", "reminder")] });
    beside
      .and(approves("bo"), at("12:00"))
      .when(fires("reminder", { level: null }))
      .yieldsNothing();
  });

  test("is given at its time, though another of its ladder is still to come", () => {
    const twice = [after("30m", "reminder"), after("1h", "reminder")];
    started(level(qa, { escalation: twice }))
      .and(at("09:30"))
      .when(fires("reminder"))
      .yields(["ReminderDue", { step: 1 }]);
  });

  test("means nothing where none was planned", () => {
    started(level(qa)).and(at("12:00")).when(fires("reminder")).yieldsNothing();
  });

  test("finds the request expired when that is due too: expiry beats everything", () => {
    const of = policy(level(qa, { escalation: [after("2h", "auto_deny")] }), { expiresIn: "1h" });
    given(world(of), asked({ policy: "release" }))
      .and(at("12:00"))
      .when(fires("auto_deny"))
      .yields(["RequestExpired", { dueAt: "2026-01-05T10:00:00.000Z" }]);
  });

  test("waits while a question pauses its ladder", () => {
    const of = policy(level(qa, { escalation: ladder }), { pauseOnQuestion: "1h" });
    const asking = given(world(of), asked({ policy: "release" }), at("09:10"), asks("bo"));
    asking
      .and(at("10:00"))
      .when(fires("reminder", { generation: 2 }))
      .yieldsNothing();
    asking
      .and(at("10:30"))
      .when(fires("reminder", { generation: 2 }))
      .yields("ReminderDue");
  });
});

describe("after a downtime", () => {
  const steps = [
    after("1h", "reminder"),
    after("2h", "reminder"),
    after("3h", "escalate", "manager"),
    after("4h", "reminder"),
    after("5h", "auto_deny"),
  ];
  const late = started(level(qa, { escalation: steps })).and(at("17:00"));

  test("what was due before takes effect first, in order, and reminders of one ladder become one", () => {
    const denied = late.when(fires("auto_deny", { step: 5 }));
    expect(codes(denied.decision.events)).toEqual([
      "collapsed",
      "collapsed",
      "RequestEscalated",
      "ReminderDue",
      "RequestDenied",
    ]);
    expect(denied.view).toMatchObject({
      status: "denied",
      resolved_at: "2026-01-05T17:00:00.000Z",
      resolution: { by: { kind: "timer", id: "auto_deny" }, due_at: "2026-01-05T14:00:00.000Z" },
    });
  });

  test("one message after the other comes to the same", () => {
    const first = late.when(fires("reminder", { step: 1 }));
    expect(codes(first.decision.events)).toEqual(["collapsed"]);
    late
      .and(fires("reminder", { step: 1 }), fires("reminder", { step: 2 }))
      .when(fires("escalate", { step: 3 }))
      .yields("RequestEscalated");
  });

  test("a reminder gives way to a later one that is due, and to none beyond what ends its ladder", () => {
    const ended = [
      after("1h", "reminder"),
      after("2h", "reminder"),
      after("3h", "auto_deny"),
      after("4h", "reminder"),
    ];
    const beside = started(level(qa), { escalation: ended }).and(at("17:00"));
    const last = beside.when(fires("reminder", { level: null, step: 4 })).decision.events;
    expect(codes(last)).toEqual(["collapsed", "ReminderDue", "RequestDenied"]);
    expect(last[0]).toMatchObject({
      data: { action: "reminder", reason: "A later reminder of the same ladder is due as well." },
    });
  });

  test.each<readonly [string, Partial<LevelPlan>]>([
    ["an automatic approval", { escalation: [after("2h", "auto_approve")] }],
    ["a due mark", { timeout: "2h", onTimeout: "pause_caller" }],
  ])("a reminder before %s is given, also when one after it is due", (_, fields) => {
    const escalation = [
      after("1h", "reminder"),
      ...(fields.escalation ?? []),
      after("3h", "reminder"),
    ];
    const done = started(level(qa, { ...fields, escalation }))
      .and(at("17:00"))
      .when(fires("reminder", { step: 1 }));
    done.yields(["ReminderDue", { step: 1 }]);
  });

  test("reminders of two ladders are both given", () => {
    const open = started(level(qa, { escalation: [after("1h", "reminder")] }), {
      escalation: [after("2h", "reminder")],
    });
    open
      .and(at("17:00"))
      .when(fires("reminder", { level: null }))
      .yields(["ReminderDue", { level: 1 }], ["ReminderDue", { level: null }]);
  });

  test("a step that ends it leaves nothing for those after it", () => {
    late
      .and(fires("auto_deny", { step: 5 }))
      .when(fires("reminder", { step: 4 }))
      .yieldsNothing();
  });
});

describe("reminders", () => {
  test("go to whoever still has an open slot", () => {
    const open = started(level(group(all, "qa_lead"), { escalation: [after("1h", "reminder")] }));
    open
      .and(approves("bo"), at("10:00"))
      .when(fires("reminder"))
      .yields(["ReminderDue", { level: 1, step: 1, told: ["cy"], openLevel: 1 }]);
  });

  test("of the ladder beside the chain go to the level that is open by then", () => {
    const open = started([level(qa), level(group(any, "tech_lead"))], {
      escalation: [after("1h", "reminder")],
    });
    open
      .and(approves("bo"), at("10:00"))
      .when(fires("reminder", { level: null }))
      .yields(["ReminderDue", { level: null, step: 1, openLevel: 2, told: ["dee"] }]);
  });

  test("go to the delegate where somebody handed their slot over, and not to who cannot act", () => {
    const open = started(level(qa, { escalation: [after("1h", "reminder")] }));
    const told = (link: Delegation): readonly string[] => {
      const [event] = open.and(handedOver(link), at("10:00")).when(fires("reminder"))
        .decision.events;
      return event?.type === "ReminderDue" ? event.data.told : [];
    };
    expect(told(handsOver("bo", "hal", { exclusive: true }))).toEqual(["hal", "cy"]);
    expect(told(handsOver("bo", "hal"))).toEqual(["bo", "cy"]);
    expect(told(handsOver("bo", "hal", { exclusive: true, roles: ["sre"] }))).toEqual(["bo", "cy"]);
    const over = { exclusive: true, endsAt: "2026-01-05T09:59:59.999Z" };
    expect(told(handsOver("bo", "hal", over))).toEqual(["bo", "cy"]);
  });

  test("leave out the requester and the agent's owner, even where these may vote", () => {
    const of = policy(level(group(any, "admin"), { escalation: [after("1h", "reminder")] }), {
      selfApproval: "allow",
    });
    given(world(of), asked({ policy: "release" }), at("10:00"))
      .when(fires("reminder"))
      .yields(["ReminderDue", { told: ["ivy"] }]);
  });
});

describe("notices to executives", () => {
  test("give no rights", () => {
    const open = started(level(qa, { escalation: [after("1h", "notify_executive", "director")] }));
    const told = open.and(at("10:00")).when(fires("notify"));
    told.yields(["ExecutivesNotified", { told: ["hal"] }]);
    expect(told.queue.now).toEqual(["bo", "cy"]);
    open.and(at("10:00"), fires("notify")).when(approves("hal")).refused("not-an-approver");
  });
});

describe("the notice before the expiry", () => {
  const open = started(level(qa));

  test("comes once, when a tenth of the time is left", () => {
    open.and(clockShows("2026-01-06T06:35:59.999Z")).when(fires("approaching")).yieldsNothing();
    const due = open.and(clockShows("2026-01-06T06:36:00.000Z"));
    due
      .when(fires("approaching"))
      .yields(["ExpiryApproaching", { expiresAt: "2026-01-06T09:00:00.000Z", told: ["bo", "cy"] }]);
    due.and(fires("approaching")).when(fires("approaching")).yieldsNothing();
    expect(due.view.timeline.map(({ action }) => action)).toEqual(["approaching", "expiry"]);
    expect(due.and(fires("approaching")).view.timeline.map(({ action }) => action)).toEqual([
      "expiry",
    ]);
  });

  test.each([
    ["20m", "2026-01-05T09:15:00.000Z", "at least five minutes before"],
    ["30d", "2026-02-03T09:00:00.000Z", "at most a day before"],
  ])("of %s comes at %s: %s", (expiresIn, instant) => {
    const of = given(world(policy(level(qa))), asked({ policy: "release", expiresIn }));
    expect(of.view.timeline[0]).toMatchObject({ at: instant, action: "approaching" });
  });

  test("does not come for less than ten minutes, nor for a request that never expires", () => {
    for (const expiresIn of ["9m", "never"]) {
      const of = given(world(policy(level(qa))), asked({ policy: "release", expiresIn }));
      expect(of.view.timeline.some(({ action }) => action === "approaching")).toBe(false);
      of.and(at("09:08")).when(fires("approaching")).yieldsNothing();
    }
  });

  test("comes for ten minutes, and says when it was due", () => {
    given(world(policy(level(qa))), asked({ policy: "release", expiresIn: "10m" }))
      .and(at("09:08"))
      .when(fires("approaching"))
      .yields(["ExpiryApproaching", { dueAt: "2026-01-05T09:05:00.000Z" }]);
  });
});
