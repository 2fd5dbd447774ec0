import { describe, expect, test } from "vitest";
import type { LogEntry } from "@countersign/check/log-entry.ts";
import type { Actor } from "@countersign/domain/actor.ts";
import type { LadderStep } from "@countersign/domain/policy/policy.ts";
import { sentences } from "./broken.ts";
import { append, minute, type Written } from "./planting.ts";
import { asking, story } from "./scenario.ts";
import {
  approved,
  group,
  level,
  levelApproved,
  opened,
  pool,
  recorded,
  stream,
  voted,
} from "./written.ts";

const timer: Actor = { kind: "timer", id: "reminder" };
const bo: Actor = { kind: "person", id: "bo" };

const step = (after: string, action: LadderStep["action"]): LadderStep => ({
  after,
  action,
  to: [{ type: "role", identifier: "manager" }],
  channels: [],
  reason: null,
});

const steps = [step("30m", "reminder"), step("1h", "escalate"), step("2h", "auto_deny")];
const qa = level(1, [group("qa_lead")], {
  escalation: steps,
  timeout: "3h",
  onTimeout: "escalate",
});

const timers = [
  { kind: "reminder", step: 1, dueAt: minute(35) },
  { kind: "escalate", step: 2, dueAt: minute(65) },
  { kind: "auto_deny", step: 3, dueAt: minute(125) },
  { kind: "due", step: null, dueAt: minute(185) },
];

const planned = (over: object = {}): Written => [
  "TimersPlanned",
  {
    level: 1,
    payloadVersion: 1,
    generation: 1,
    startAt: minute(5),
    calendar: null,
    timers,
    ...over,
  },
];

const ref = (number: number | null, over: object = {}): object => ({
  level: 1,
  step: number,
  payloadVersion: 1,
  generation: 1,
  dueAt: timers.find((each) => each.step === number)?.dueAt,
  ...over,
});

const slot = (approver: string): object => ({
  approver,
  via: { type: "role", identifier: "manager" },
});
const notice = { openLevel: 1, told: [], channels: [], reason: null };
const reminded = (over: object = {}): Written => ["ReminderDue", { ...ref(1, over), ...notice }];
const escalated = (over: object = {}): Written => [
  "RequestEscalated",
  {
    ...ref(2, over),
    ...notice,
    to: [],
    groups: [{ group: "qa_lead", pools: ["manager"], slots: [], alternates: [] }],
  },
];

/** What happens so many minutes after the log's beginning, by a timer unless somebody is named. */
type Later = readonly [at: number, events: readonly Written[], by?: Actor];

const told = (plan: Written, ...later: readonly Later[]): LogEntry[] =>
  later.reduce(
    (log, [at, events, by = timer]) =>
      append(log, { stream: stream("apr_1"), actor: by, events, minute: at }),
    story({ levels: [qa] }, asking(opened(1, pool("qa_lead")), plan)),
  );

const faults = (plan: Written, ...later: readonly Later[]): string[] =>
  sentences(told(plan, ...later), "I7");

describe("I7: timers take effect once, in time, and for what stands", () => {
  test("a ladder that fires as it was planned is no fault", () => {
    expect(faults(planned(), [35, [reminded()]], [66, [escalated()]])).toEqual([]);
  });

  test.each<[string, Later[]]>([
    ["a timer that is early", [[34, [reminded()]]]],
    [
      "a timer that fires twice",
      [
        [35, [reminded()]],
        [36, [reminded()]],
      ],
    ],
    ["a timer of another generation", [[35, [reminded({ generation: 2 })]]]],
    ["a timer of another payload version", [[35, [reminded({ payloadVersion: 2 })]]]],
    ["a timer of a level that is none", [[35, [reminded({ level: 2 })]]]],
    ["a timer that says another time", [[35, [reminded({ dueAt: minute(34) })]]]],
    ["a step that was never planned", [[35, [["ReminderDue", { ...ref(4), ...notice }]]]]],
    [
      "a timer of a level that is over",
      [
        [10, [voted("bo"), levelApproved("bo")], bo],
        [35, [reminded()]],
      ],
    ],
    ["a person in a timer's clothes", [[35, [reminded()], bo]]],
    ["an escalation ahead of time that nothing calls for", [[40, [escalated()]]]],
  ])("%s is found", (_what, later) => {
    expect(faults(planned(), ...later)).toHaveLength(1);
  });

  test("an escalation ahead of time is right where the level is blocked or its due mark says so", () => {
    const blocked: Written = ["LevelBlocked", { level: 1, groups: [], reason: "Nobody." }];
    expect(faults(planned(), [10, [blocked, escalated()], bo])).toEqual([]);
    const overdue: Written = ["LevelOverdue", { ...ref(null), onTimeout: "escalate" }];
    expect(faults(planned(), [185, [overdue, escalated()]])).toEqual([]);
    const recordedOnly: Written = ["LevelOverdue", { ...ref(null), onTimeout: null }];
    expect(faults(planned(), [186, [recordedOnly, ["CallerPaused", ref(null)]]])).toEqual([]);
    expect(faults(planned(), [186, [["CallerPaused", ref(null, { generation: 3 })]]])).toHaveLength(
      1,
    );
  });

  test.each<[string, object]>([
    ["a plan for another payload version", { payloadVersion: 2 }],
    ["a generation that is not the next", { generation: 2 }],
    ["a start that no question explains", { startAt: minute(6) }],
    ["a start before the level's", { startAt: minute(4) }],
    ["a step that is not written", { timers: [{ kind: "reminder", step: 4, dueAt: minute(35) }] }],
    ["a step of another kind", { timers: [{ kind: "escalate", step: 1, dueAt: minute(35) }] }],
    [
      "an instant that is not written",
      { timers: [{ kind: "reminder", step: 1, dueAt: minute(34) }] },
    ],
    ["a level that is not open", { level: 2 }],
  ])("%s is found", (_what, over) => {
    expect(faults(planned(over))).toHaveLength(1);
  });

  test.each<[string, object]>([
    ["somebody whom the step does not call", { slots: [slot("dee")] }],
    ["a role that the step does not name", { pools: ["director"] }],
    ["an alternate where a pool answers", { alternates: [slot("gus")] }],
    ["a group that is none of the level's", { group: "others" }],
  ])("an escalation to %s is found", (_what, over) => {
    const joins = { group: "qa_lead", pools: [], slots: [], alternates: [], ...over };
    const event: Written = ["RequestEscalated", { ...ref(2), ...notice, to: [], groups: [joins] }];
    expect(faults(planned(), [66, [event]])).toHaveLength(1);
  });

  test("a question explains a later start, and no later than its pause", () => {
    const asked = (pauseCapMs: number): Later => [
      10,
      [
        ["QuestionAsked", { questionId: "q1", level: 1, text: "?", pauseCapMs }],
        planned({
          generation: 2,
          startAt: minute(15),
          timers: timers.map(({ dueAt, ...rest }) => ({
            ...rest,
            dueAt: new Date(Date.parse(dueAt) + 600_000).toISOString(),
          })),
        }),
      ],
      bo,
    ];
    expect(faults(planned(), asked(600_000))).toEqual([]);
    expect(faults(planned(), asked(599_999))).toHaveLength(1);
  });

  test("a timer that approves or denies in silence is found", () => {
    expect(faults(planned(), [125, [levelApproved(timer), approved(timer)]])).toHaveLength(1);
    const denied: Written = ["RequestDenied", { by: timer, reason: null, notes: null, pools: {} }];
    expect(faults(planned(), [125, [denied]])).toHaveLength(1);
  });

  test.each<[string, number, string, number]>([
    ["in time", 1_297, minute(1_440), 0],
    ["too early", 1_200, minute(1_440), 1],
    ["for another expiry", 1_439, minute(1_441), 1],
  ])("a notice before the expiry %s", (_what, at, expiresAt, count) => {
    const said: Written = ["ExpiryApproaching", { expiresAt, dueAt: minute(at), told: [] }];
    expect(faults(planned(), [at, [said]])).toHaveLength(count);
  });

  test("a notice before the expiry that comes twice is found", () => {
    const data = { expiresAt: minute(1_440), dueAt: minute(1_297), told: [] };
    const said: Written = ["ExpiryApproaching", data];
    expect(faults(planned(), [1_300, [said, said]])).toHaveLength(1);
  });
});

describe("alternates in the log", () => {
  const both = group("qa_lead", { quorum: { required: "all", count: null, percent: null } });
  const all = level(1, [both], { escalation: [step("1h", "escalate")] });
  const plan = planned({ timers: [{ kind: "escalate", step: 1, dueAt: minute(65) }] });
  const joins: Written = [
    "RequestEscalated",
    {
      ...ref(1, { dueAt: minute(65) }),
      ...notice,
      to: [],
      groups: [
        {
          group: "qa_lead",
          pools: [],
          slots: [],
          alternates: [{ approver: "gus", via: { type: "role", identifier: "manager" } }],
        },
      ],
    },
  ];
  const log = (...votes: readonly string[]): LogEntry[] =>
    append(
      append(story({ levels: [all] }, asking(opened(1, recorded("qa_lead", "bo", "cy")), plan)), {
        stream: stream("apr_1"),
        actor: timer,
        events: [joins],
        minute: 65,
      }),
      {
        stream: stream("apr_1"),
        actor: bo,
        events: [...votes.map((voter) => voted(voter)), levelApproved("bo"), approved("bo")],
        minute: 70,
      },
    );

  test("one of them stands for a slot that nobody answered", () => {
    expect(sentences(log("gus", "bo"), "I2")).toEqual([]);
  });

  test("one alone is not two", () => {
    expect(sentences(log("gus"), "I2")).toHaveLength(1);
  });

  test("without an escalation nobody is one", () => {
    const without = log("gus", "bo").filter(({ type }) => type !== "RequestEscalated");
    expect(sentences(without, "I2")).toHaveLength(1);
  });
});
