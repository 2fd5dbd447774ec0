import { describe, expect, test } from "vitest";
import type { BusinessTime } from "@countersign/domain/business-time.ts";
import type { RequestEvent } from "@countersign/domain/request/events.ts";
import { any, group, level, policy, qaOnly } from "../../testkit/examples/policies.ts";
import { amends, answers, asks, modifies } from "../../testkit/changing.ts";
import { after, fires } from "../../testkit/firing.ts";
import { given, type After, type Given } from "../../testkit/given-when-then.ts";
import { approves, asked, clockShows } from "../../testkit/happenings.ts";
import { world, type World } from "../../testkit/world.ts";

const qa = group(any, "qa_lead");
const team = group(any, "tech_lead");
const ladder = [after("30m", "reminder"), after("2h", "escalate", "manager")];

type Plan = Extract<RequestEvent, { type: "TimersPlanned" }>["data"];

const plansIn = (from: After | Given): readonly Plan[] =>
  ("decision" in from ? from.decision.events : from.moment.events).flatMap((event) =>
    event.type === "TimersPlanned" ? [event.data] : [],
  );

const instants = ({ timers }: Plan): readonly string[] =>
  timers.map(({ kind, step, dueAt }) => `${kind} ${step ?? "-"} ${dueAt.slice(11, 16)}`);

const withDefaults = (from: World, defaults: World["defaults"]): World => ({ ...from, defaults });

describe("planning timers", () => {
  test("a request without ladders and due marks plans nothing", () => {
    expect(plansIn(given(world(qaOnly)).when(asked({ policy: "release" })))).toEqual([]);
  });

  test("a level's ladder counts from its opening, each step from the same start", () => {
    const of = policy(level(qa, { escalation: ladder, timeout: "4h" }));
    const [plan] = plansIn(given(world(of)).when(asked({ policy: "release" })));
    expect(plan).toMatchObject({ level: 1, payloadVersion: 1, generation: 1, calendar: null });
    expect(plan && instants(plan)).toEqual(["reminder 1 09:30", "escalate 2 11:00", "due - 13:00"]);
  });

  test("a later level's ladder is planned when that level opens", () => {
    const of = policy([level(qa), level(team, { escalation: ladder })]);
    const before = given(world(of), asked({ policy: "release" }));
    expect(plansIn(before)).toEqual([]);
    const opened = before.and(clockShows("2026-01-05T15:00:00.000Z")).when(approves("bo"));
    const [plan] = plansIn(opened);
    expect(plan).toMatchObject({ level: 2, startAt: "2026-01-05T15:00:00.000Z" });
    expect(plan && instants(plan)).toEqual(["reminder 1 15:30", "escalate 2 17:00"]);
  });

  test("a later level's due mark is planned then too, where nothing else is ever due", () => {
    const of = policy([level(qa), level(team, { timeout: "2h" })]);
    const [plan] = plansIn(given(world(of), asked({ policy: "release" })).when(approves("bo")));
    expect(plan && instants(plan)).toEqual(["due - 11:00"]);
  });

  test("a ladder beside the chain counts from the creation and is planned once", () => {
    const of = policy([level(qa), level(team)], { escalation: ladder });
    const before = given(world(of), asked({ policy: "release" }));
    expect(plansIn(before).map(({ level: at }) => at)).toEqual([null]);
    const later = before.and(clockShows("2026-01-05T10:00:00.000Z")).when(approves("bo"));
    expect(plansIn(later)).toEqual([]);
  });

  test("the org's routing stands in where neither chain nor level has a ladder", () => {
    const routing = {
      primary: { role: "team_lead", timeout_minutes: 30 },
      escalation: { role: "admin", timeout_minutes: 60 },
      final: { action: "auto_reject", timeout_minutes: 120 },
    };
    const from = withDefaults(world(qaOnly), { routing });
    const [plan] = plansIn(given(from).when(asked({ policy: "release" })));
    expect(plan?.level).toBeNull();
    expect(plan && instants(plan)).toEqual([
      "escalate 1 09:30",
      "reminder 2 10:00",
      "auto_deny 3 11:00",
    ]);
    const own = policy(level(qa, { escalation: ladder }));
    const routed = given(withDefaults(world(own), { routing })).when(asked({ policy: "release" }));
    expect(plansIn(routed).map(({ level: at }) => at)).toEqual([1]);
  });

  test("a question moves what is still open by the whole pause, and its answer gives back the rest", () => {
    const of = policy(level(qa, { escalation: ladder, timeout: "4h" }), { pauseOnQuestion: "1h" });
    const asking = given(world(of), asked({ policy: "release" }))
      .and(clockShows("2026-01-05T09:40:00.000Z"), fires("reminder"))
      .and(clockShows("2026-01-05T10:00:00.000Z"));
    const [paused] = plansIn(asking.when(asks("bo")));
    expect(paused).toMatchObject({ generation: 2, startAt: "2026-01-05T10:00:00.000Z" });
    expect(paused && instants(paused)).toEqual(["escalate 2 12:00", "due - 14:00"]);
    const answered = asking
      .and(asks("bo"), asks("cy"), clockShows("2026-01-05T10:10:00.000Z"), answers("ana"))
      .and(clockShows("2026-01-05T10:20:00.000Z"))
      .when(answers("ana"));
    const [back] = plansIn(answered);
    expect(back).toMatchObject({ generation: 3 });
    expect(back && instants(back)).toEqual(["escalate 2 11:20", "due - 13:20"]);
  });

  test("without a pause in the policy a question moves nothing", () => {
    const of = policy(level(qa, { escalation: ladder }));
    const asking = given(world(of), asked({ policy: "release" })).when(asks("bo"));
    expect(plansIn(asking)).toEqual([]);
  });

  test("an amendment brings a step and a due mark forward, counted from the same start", () => {
    const of = policy(level(qa, { escalation: ladder, timeout: "4h" }));
    const amended = given(world(of), asked({ policy: "release" }))
      .and(clockShows("2026-01-05T09:10:00.000Z"))
      .when(
        amends("ivy", {
          shorten: [
            { level: 1, step: 2, after: "1h" },
            { level: 1, step: null, after: "3h" },
          ],
        }),
      );
    const [plan] = plansIn(amended);
    expect(plan).toMatchObject({ generation: 2 });
    expect(plan && instants(plan)).toEqual(["reminder 1 09:30", "escalate 2 10:00", "due - 12:00"]);
  });

  test("an edit carries over what is open, under the new payload version, and levels before it begin anew", () => {
    const of = policy(
      [level(qa, { escalation: ladder }), level(team, { escalation: [after("1h", "reminder")] })],
      { escalation: [after("8h", "auto_deny")] },
    );
    const edited = given(world(of), asked({ policy: "release" }))
      .and(clockShows("2026-01-05T10:00:00.000Z"), approves("bo"))
      .and(clockShows("2026-01-05T10:30:00.000Z"))
      .when(modifies("dee"));
    const plans = plansIn(edited);
    expect(
      plans.map(({ level: at, payloadVersion, generation }) => [at, payloadVersion, generation]),
    ).toEqual([
      [null, 2, 1],
      [1, 2, 1],
    ]);
    expect(plans.map(instants)).toEqual([
      ["auto_deny 1 17:00"],
      ["reminder 1 11:00", "escalate 2 12:30"],
    ]);
  });

  test("an edit at the only level leaves its ladder where it was, without what has fired", () => {
    const of = policy(
      level(group({ required: "threshold", count: 2, percent: null }, "qa_lead"), {
        escalation: ladder,
      }),
    );
    const edited = given(world(of), asked({ policy: "release" }))
      .and(clockShows("2026-01-05T09:30:00.000Z"), fires("reminder"))
      .when(modifies("bo"));
    const [plan] = plansIn(edited);
    expect(plan).toMatchObject({ payloadVersion: 2, generation: 1 });
    expect(plan && instants(plan)).toEqual(["escalate 2 11:00"]);
  });

  test("a calendar stretches a ladder and a due mark, and is recorded with them", () => {
    const businessTime: BusinessTime = {
      after: (calendar, start, duration) =>
        calendar === "office" && duration === "2h"
          ? { at: `${start.slice(0, 10)}T17:00:00.000Z`, zone: "Europe/Oslo", zoneData: "2026a" }
          : null,
    };
    const of = policy(level(qa, { escalation: ladder, timeout: "2h", calendar: "office" }));
    const [plan] = plansIn(
      given({ ...world(of), businessTime }).when(asked({ policy: "release" })),
    );
    expect(plan?.calendar).toEqual({ id: "office", zone: "Europe/Oslo", zoneData: "2026a" });
    // What the calendar cannot tell is counted in plain time.
    expect(plan && instants(plan)).toEqual(["reminder 1 09:30", "escalate 2 17:00", "due - 17:00"]);
    const orgs = policy(level(qa), { escalation: ladder });
    const from = withDefaults({ ...world(orgs), businessTime }, { calendar: "office" });
    const [beside] = plansIn(given(from).when(asked({ policy: "release" })));
    expect(beside && instants(beside)).toEqual(["reminder 1 09:30", "escalate 2 17:00"]);
  });

  test("an expiry that nobody wrote leaves room for a routing, and for what a calendar stretches", () => {
    const routing = {
      primary: { role: "team_lead", timeout_minutes: 30 },
      final: { action: "auto_reject", timeout_minutes: 3_000 },
    };
    const routed = given(withDefaults(world(qaOnly), { routing }), asked({ policy: "release" }));
    expect(routed.view.expires_at).toBe("2026-01-07T12:00:00.000Z");
    const businessTime: BusinessTime = {
      after: () => ({ at: "2026-01-12T17:00:00.000Z", zone: "UTC", zoneData: "2026a" }),
    };
    const of = policy(level(qa, { timeout: "2h", calendar: "office" }));
    const stretched = given({ ...world(of), businessTime }, asked({ policy: "release" }));
    expect(stretched.view.expires_at).toBe("2026-01-12T18:00:00.000Z");
  });
});
