import { describe, expect, test } from "vitest";
import type { BusinessTime } from "@countersign/domain/business-time.ts";
import type { LadderStep, LevelPlan, Policy } from "@countersign/domain/policy/policy.ts";
import type { RequestEvent } from "@countersign/domain/request/events.ts";
import { amends, asks, modifies } from "../../testkit/changing.ts";
import { role } from "../../testkit/examples/directory.ts";
import { active, gate } from "../../testkit/examples/gates.ts";
import { any, atLeast, group, level, policy } from "../../testkit/examples/policies.ts";
import { after, fires } from "../../testkit/firing.ts";
import { given, type After, type Given } from "../../testkit/given-when-then.ts";
import {
  approves,
  asked,
  clockShows,
  people,
  rechecked,
  type Happening,
} from "../../testkit/happenings.ts";
import { world, type World } from "../../testkit/world.ts";

const at = (time: string): Happening => clockShows(`2026-01-05T${time}:00.000Z`);
const qa = group(any, "qa_lead");
const team = group(any, "tech_lead");
const manager = (duration: string): LadderStep => after(duration, "escalate", "manager");
const started = (...levels: Parameters<typeof policy>): Given =>
  given(world(policy(...levels)), asked({ policy: "release" }));

/** `<level> v<payload version>.<generation>: <kind> <step> <time>, …` of every plan that was made. */
const plans = ({ decision }: After): readonly string[] =>
  decision.events.flatMap((event) => {
    if (event.type !== "TimersPlanned") return [];
    const { level: of, payloadVersion, generation, timers } = event.data;
    const instants = timers.map(
      ({ kind, step, dueAt }) => `${kind} ${step ?? "-"} ${dueAt.slice(11, 16)}`,
    );
    return [`${of ?? "chain"} v${payloadVersion}.${generation}: ${instants.join(", ")}`];
  });
const types = (events: readonly RequestEvent[]): readonly string[] =>
  events.map(({ type }) => type);

describe("two ladders that begin together", () => {
  const both = started(
    level(group(atLeast(2), "qa_lead"), {
      escalation: [after("1h", "reminder"), manager("2h")],
      timeout: "4h",
    }),
    { escalation: [after("30m", "reminder"), after("8h", "auto_deny")] },
  ).and(at("09:30"), fires("reminder", { level: null }));

  test("are carried over by an edit each with what it has left", () => {
    expect(plans(both.when(modifies("bo")))).toEqual([
      "chain v2.1: auto_deny 2 17:00",
      "1 v2.1: reminder 1 10:00, escalate 2 11:00, due - 13:00",
    ]);
  });

  test("are amended one by one, and what one has done is not taken for the other's", () => {
    const sooner = amends("ivy", { shorten: [{ level: 1, step: 1, after: "45m" }] });
    expect(plans(both.when(sooner))).toEqual([
      "1 v1.2: reminder 1 09:45, escalate 2 11:00, due - 13:00",
    ]);
    both
      .and(sooner, at("09:45"))
      .when(fires("reminder", { generation: 2 }))
      .yields(["ReminderDue", { level: 1, step: 1 }]);
  });
});

describe("an amendment", () => {
  const ladder = { escalation: [after("30m", "reminder"), manager("2h")] };

  test("may bring a step forward to the instant of another", () => {
    const sooner = amends("ivy", { shorten: [{ level: 1, step: 2, after: "30m" }] });
    expect(plans(started(level(qa, ladder)).when(sooner))).toEqual([
      "1 v1.2: reminder 1 09:30, escalate 2 09:30",
    ]);
  });

  test("moves timers also where it adds approvers at once, and plans nothing where it moves none", () => {
    const adding = { add: [{ level: 1, who: ["hal"] }] };
    const open = started(level(qa, ladder));
    expect(plans(open.when(amends("ivy", adding)))).toEqual([]);
    const sooner = { ...adding, shorten: [{ level: 1, step: 2, after: "1h" }] };
    expect(plans(open.when(amends("ivy", sooner)))).toEqual([
      "1 v1.2: reminder 1 09:30, escalate 2 10:00",
    ]);
  });
});

describe("a level that an edit opens again", () => {
  const chain = [
    level(qa, { escalation: [after("30m", "reminder")], timeout: "1h", onTimeout: "pause_caller" }),
    level(team, { timeout: "1h", onTimeout: "pause_caller" }),
  ];
  const before = started(chain).and(at("09:30"), fires("reminder"), at("10:00"), approves("bo"));
  const marks = ({ view }: Given | After): readonly unknown[] =>
    view.levels.map(({ due_at, overdue }) => [due_at?.slice(11, 16) ?? null, overdue]);

  test("is reminded of anew", () => {
    before
      .and(modifies("dee"), at("10:30"))
      .when(fires("reminder", { payloadVersion: 2 }))
      .yields("ReminderDue");
  });

  test("has another due mark, and the level that waits again has none", () => {
    const late = before.and(at("11:00"), fires("due", { level: 2 }));
    expect(marks(late)).toEqual([
      ["10:00", false],
      ["11:00", true],
    ]);
    expect(marks(late.when(modifies("dee")))).toEqual([
      ["12:00", false],
      [null, false],
    ]);
  });

  test("has no timers left when the edit is the last approval", () => {
    const lenient = policy(level(qa), {
      escalation: [after("8h", "auto_deny")],
      reapproval: "not_required",
    });
    const done = given(world(lenient), asked({ policy: "release" })).when(modifies("bo"));
    expect(done.status).toBe("approved");
    expect(types(done.decision.events)).not.toContain("TimersPlanned");
  });
});

describe("an edit for which a gate fires", () => {
  const big = gate(
    { type: "amount_threshold", field: "parameters.replicas", above: 10 },
    { id: "big", policy: "safety" },
  );
  const safety = (fields: Partial<LevelPlan>, more: Partial<Policy>): Policy =>
    policy(level(group(any, "security_team"), fields), { ...more, id: "safety" });
  const edited = (of: Policy): readonly string[] =>
    plans(
      given(
        { ...world(of, policy([level(qa), level(team)])), gates: active([big]) },
        asked({ policy: "release" }),
        approves("bo"),
        at("10:00"),
      ).when(modifies("dee", { parameters: { replicas: 20 } })),
    );

  test("brings in the ladder beside the gate's chain, counted from the creation", () => {
    expect(edited(safety({}, { escalation: [after("8h", "reminder")] }))).toEqual([
      "chain v2.1: reminder 1 17:00",
    ]);
  });

  test("plans nothing for the gate's level before that opens", () => {
    expect(edited(safety({ escalation: [after("8h", "reminder")] }, {}))).toEqual([]);
  });
});

describe("a level that is blocked", () => {
  const empty = group(any, "ghosts");
  const asking = (of: Policy): After => given(world(of)).when(asked({ policy: "release" }));

  test("takes its own next escalation, also where the chain's would come sooner", () => {
    const of = policy(level(empty, { escalation: [manager("2h")] }), {
      escalation: [manager("1h")],
    });
    expect(asking(of).decision.events.at(-1)).toMatchObject({
      type: "RequestEscalated",
      data: { level: 1, step: 1 },
    });
  });

  test("waits where no escalation is left", () => {
    const of = policy(level(empty, { escalation: [after("1h", "reminder")] }));
    asking(of).yields("RequestSubmitted", "LevelOpened", "LevelBlocked", "TimersPlanned");
  });

  test("takes one escalation, and none for a question that is asked meanwhile", () => {
    const short = level(group(atLeast(2), "qa_lead"), {
      escalation: [after("1h", "escalate", "ghosts"), manager("2h")],
    });
    const blocked = started(short).and(people(role("qa_lead", "bo")), rechecked);
    expect(types(blocked.moment.events.slice(-2))).toEqual(["LevelBlocked", "TimerSuppressed"]);
    blocked.when(asks("bo")).yields("QuestionAsked");
  });

  test("takes its escalation by a routing that the org has dropped since", () => {
    const routing = {
      primary: { timeout_minutes: 30 },
      escalation: { role: "manager", timeout_minutes: 60 },
    };
    const orgWith = (by: typeof routing | null): Happening => ({
      kind: "world",
      change: (from) => ({ ...from, defaults: { routing: by } }),
    });
    given(world(policy(level(qa))), orgWith(routing), asked({ policy: "release" }), orgWith(null))
      .and(people(role("qa_lead")))
      .when(rechecked)
      .yields("LevelBlocked", ["RequestEscalated", { level: null, told: ["gus"] }]);
  });
});

describe("instants", () => {
  const office: BusinessTime = {
    after: (_, start) => ({
      at: `${start.slice(0, 10)}T17:00:00.000Z`,
      zone: "Europe/Oslo",
      zoneData: "2026a",
    }),
  };
  const of = policy(level(qa, { escalation: [after("1h", "reminder")] }));
  const inOffice: Happening = {
    kind: "world",
    change: (from) => ({ ...from, businessTime: office, defaults: { calendar: "office" } }),
  };
  const firstPlan = (from: World): unknown => {
    const { events } = given(from).when(asked({ policy: "release" })).decision;
    const [plan] = events.flatMap((event) => (event.type === "TimersPlanned" ? [event.data] : []));
    return [plan?.timers.map(({ dueAt }) => dueAt.slice(11, 16)), plan?.calendar?.id ?? null];
  };

  test("are plain time without a calendar, and where the org's calendars are not known", () => {
    expect(firstPlan({ ...world(of), businessTime: office })).toEqual([["10:00"], null]);
    expect(firstPlan({ ...world(of), defaults: { calendar: "office" } })).toEqual([
      ["10:00"],
      null,
    ]);
    expect(
      firstPlan({ ...world(of), businessTime: office, defaults: { calendar: "office" } }),
    ).toEqual([["17:00"], "office"]);
  });

  test("stay as they were computed, whatever calendar the org takes later", () => {
    const open = given(world(of), asked({ policy: "release" })).and(inOffice);
    open
      .and(people(role("qa_lead")))
      .when(rechecked)
      .yields("LevelBlocked");
  });
});
