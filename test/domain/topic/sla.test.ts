import type { BusinessTime } from "@countersign/domain/business-time.ts";
import type { Reference } from "@countersign/domain/reference.ts";
import { absentTopic } from "@countersign/domain/topic/evolve.ts";
import { reachMark, withSla, type ReachMark } from "@countersign/domain/topic/sla.ts";
import type { TopicEvent, TopicState } from "@countersign/domain/topic/topic.ts";
import { topicView } from "@countersign/domain/topic/view.ts";
import type { Sla, Workflow } from "@countersign/domain/topic/workflow.ts";
import { describe, expect, test } from "vitest";
import { referenceOf, world } from "../../testkit/world.ts";
import { at, blocked, bot, changed, created, fold, release } from "./release.ts";

const sla: Sla = { warning: "2h", breach: "8h", businessHours: false };
const inHours: Sla = { ...sla, businessHours: true };

/** The release workflow in which these states must be left in time. */
const withStates = (slas: Readonly<Record<string, Sla>>): Workflow => {
  const workflow = release();
  return {
    ...workflow,
    states: workflow.states.map((state) => {
      const found = slas[state.key];
      return found === undefined ? state : { ...state, sla: found };
    }),
  };
};

/** A calendar that opens a day after everything else. */
const tomorrow: BusinessTime = {
  after: (calendarId, startIso, duration) =>
    calendarId === "gone"
      ? null
      : {
          at: new Date(
            Date.parse(startIso) + 86_400_000 + (duration === "2h" ? 2 : 8) * 3_600_000,
          ).toISOString(),
          zone: "Europe/Berlin",
          zoneData: "2025c",
        },
};

const plain: Reference = referenceOf(world());
const working: Reference = {
  ...referenceOf({ ...world(), defaults: { calendar: "work" } }),
  businessTime: tomorrow,
};

const completed = (from: string, to: string): TopicEvent => ({
  type: "TransitionCompleted",
  data: { from, to, name: null, approvalIds: [], patch: {}, by: bot },
});

const rejected = (state: string): TopicEvent => ({
  type: "TransitionRejected",
  data: {
    from: "staging",
    to: "pending_approval",
    name: null,
    approvalIds: ["apr_1"],
    state,
    code: "denied",
    reason: "no",
  },
});

/** The marks that the last of these events records. */
const marksOf = (
  events: readonly TopicEvent[],
  slas: Readonly<Record<string, Sla>>,
  before: TopicState = absentTopic,
  reference = plain,
) =>
  withSla(events, before, withStates(slas), at, reference).map(
    ({ data }) => ("sla" in data ? data.sla : null) ?? null,
  );

const hoursAfter = (hours: number): string =>
  new Date(Date.parse(at) + hours * 3_600_000).toISOString();

describe("marks are recorded when a topic comes into a state", () => {
  test("where it is created", () => {
    expect(marksOf([created("staging")], { staging: sla })).toEqual([
      { generation: 1, warningAt: hoursAfter(2), breachAt: hoursAfter(8), calendar: null },
    ]);
  });

  test("where it goes, not where it only passes", () => {
    const events = [created("staging"), completed("staging", "development")];
    expect(marksOf(events, { staging: sla, development: sla })).toEqual([
      null,
      { generation: 2, warningAt: hoursAfter(2), breachAt: hoursAfter(8), calendar: null },
    ]);
  });

  test("where it was created, when it waits there for people", () => {
    const [first, second] = marksOf([created("staging"), blocked()], { staging: sla });
    expect(first?.generation).toBe(1);
    expect(second).toBeNull();
  });

  test("where a denial sends it, and not where a denial leaves it", () => {
    const before = fold([created("staging"), blocked()]);
    expect(marksOf([rejected("development")], { development: sla }, before)[0]?.generation).toBe(2);
    expect(marksOf([rejected("staging")], { staging: sla }, before)).toEqual([null]);
  });

  test("each stay has its own", () => {
    const before = fold([
      created("staging"),
      completed("staging", "development"),
      completed("development", "staging"),
    ]);
    expect(
      marksOf([completed("staging", "development")], { development: sla }, before)[0]?.generation,
    ).toBe(4);
  });

  test("none where the state has no time, or the workflow is gone", () => {
    const none: Sla = { warning: null, breach: null, businessHours: true };
    expect(marksOf([created("staging")], { staging: none, development: sla })).toEqual([null]);
    expect(marksOf([created("nirvana")], { staging: sla })).toEqual([null]);
    expect(marksOf([changed({ a: "1" })], { staging: sla }, fold([created()]))).toEqual([null]);
    expect(withSla([created("staging")], absentTopic, undefined, at, plain)).toEqual([
      created("staging"),
    ]);
  });

  test("a breach without a warning", () => {
    expect(marksOf([created("staging")], { staging: { ...sla, warning: null } })[0]).toMatchObject({
      warningAt: null,
      breachAt: hoursAfter(8),
    });
  });
});

describe("marks in business hours", () => {
  test("follow the org's calendar, which is recorded with its zone data", () => {
    expect(marksOf([created("staging")], { staging: inHours }, absentTopic, working)).toEqual([
      {
        generation: 1,
        warningAt: hoursAfter(26),
        breachAt: hoursAfter(32),
        calendar: { id: "work", zone: "Europe/Berlin", zoneData: "2025c" },
      },
    ]);
  });

  test("are plain time where the state does not ask for them", () => {
    expect(
      marksOf([created("staging")], { staging: sla }, absentTopic, working)[0]?.calendar,
    ).toBeNull();
  });

  test("are plain time where the org's calendar is gone, and none where no time is written", () => {
    const gone = { ...referenceOf({ ...world(), defaults: { calendar: "gone" } }) };
    for (const reference of [gone, { ...gone, businessTime: tomorrow }])
      expect(marksOf([created("staging")], { staging: inHours }, absentTopic, reference)).toEqual([
        { generation: 1, warningAt: hoursAfter(2), breachAt: hoursAfter(8), calendar: null },
      ]);
    const odd: Sla = { warning: "soon", breach: null, businessHours: true };
    expect(marksOf([created("staging")], { staging: odd }, absentTopic, working)[0]).toMatchObject({
      warningAt: expect.any(String),
      breachAt: null,
    });
    expect(marksOf([created("staging")], { staging: odd })[0]?.warningAt).toBeNull();
  });

  test("are plain time where the org has no calendar, a working day being a day", () => {
    const days: Sla = { warning: "2h", breach: "1bd", businessHours: true };
    expect(marksOf([created("staging")], { staging: days })[0]).toMatchObject({
      breachAt: hoursAfter(24),
      calendar: null,
    });
  });
});

describe("a mark that is reached", () => {
  const stay = fold(
    withSla([created("staging")], absentTopic, withStates({ staging: sla }), at, plain),
  );
  const warning: ReachMark = { mark: "warning", generation: 1 };
  const breach: ReachMark = { mark: "breach", generation: 1 };
  const warned: TopicEvent = {
    type: "SlaWarning",
    data: { state: "staging", generation: 1, dueAt: hoursAfter(2) },
  };
  const breached: TopicEvent = {
    type: "SlaBreached",
    data: { state: "staging", generation: 1, dueAt: hoursAfter(8) },
  };

  test("warns, and is breached", () => {
    expect(reachMark(stay, warning, hoursAfter(2))).toEqual([warned]);
    expect(reachMark(stay, breach, hoursAfter(9))).toEqual([breached]);
  });

  test("does nothing before its time", () => {
    expect(reachMark(stay, warning, new Date(Date.parse(hoursAfter(2)) - 1).toISOString())).toEqual(
      [],
    );
    expect(reachMark(stay, breach, hoursAfter(2))).toEqual([]);
  });

  test("does nothing a second time", () => {
    expect(reachMark(fold([warned], stay), warning, hoursAfter(3))).toEqual([]);
    expect(reachMark(fold([breached], stay), breach, hoursAfter(9))).toEqual([]);
  });

  test("does not warn of a breach that has come", () => {
    expect(reachMark(fold([breached], stay), warning, hoursAfter(9))).toEqual([]);
    expect(reachMark(stay, warning, hoursAfter(8))).toEqual([]);
  });

  test("does nothing where no such time is written, or the topic has none", () => {
    const only = (over: Partial<Sla>): TopicState => {
      const workflow = withStates({ staging: { ...sla, ...over } });
      return fold(withSla([created("staging")], absentTopic, workflow, at, plain));
    };
    expect(reachMark(only({ breach: null }), breach, hoursAfter(99))).toEqual([]);
    expect(reachMark(only({ breach: null }), warning, hoursAfter(99))).toEqual([warned]);
    expect(reachMark(only({ warning: null }), warning, hoursAfter(3))).toEqual([]);
    const none = fold([created("staging")]);
    if (none.status !== "present") throw new Error(none.status);
    const { sla: _, ...fromAnEarlierBuild } = none;
    for (const topic of [none, fromAnEarlierBuild]) {
      expect(reachMark(topic, breach, hoursAfter(99))).toEqual([]);
      expect(() => fold([warned], topic)).toThrow("has left that state");
      expect("sla" in topicView(topic)).toBe(false);
    }
  });

  test("does nothing once the topic has left, even when it is back", () => {
    const left = fold([completed("staging", "development")], stay);
    expect(reachMark(left, breach, hoursAfter(9))).toEqual([]);
    const again = withSla(
      [completed("development", "staging")],
      left,
      withStates({ staging: sla }),
      hoursAfter(9),
      plain,
    );
    const back = fold(again, left);
    expect(reachMark(back, breach, hoursAfter(9))).toEqual([]);
    expect(reachMark(back, breach, hoursAfter(17))).toEqual([]);
    expect(reachMark(back, { ...breach, generation: 3 }, hoursAfter(17))).toHaveLength(1);
    expect(() => fold([warned], back)).toThrow("has left that state");
  });

  test("does nothing for a topic that is not there", () => {
    expect(reachMark(absentTopic, warning, hoursAfter(2))).toEqual([]);
  });

  test("runs on while the topic waits for people", () => {
    expect(reachMark(fold([blocked()], stay), breach, hoursAfter(8))).toEqual([breached]);
    const denied = fold([blocked(), rejected("staging")], stay);
    expect(reachMark(denied, breach, hoursAfter(8))).toEqual([breached]);
  });

  test("cannot be recorded for a stay that is over", () => {
    expect(() => fold([completed("staging", "development"), warned], stay)).toThrow(
      "has left that state",
    );
  });

  test("is shown with the topic", () => {
    const state = fold([warned], stay);
    expect(state.status === "present" ? topicView(state).sla : null).toEqual({
      warning_at: hoursAfter(2),
      breach_at: hoursAfter(8),
      warned: true,
      breached: false,
      calendar: null,
    });
  });
});
