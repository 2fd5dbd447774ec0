import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { TimerEvent } from "@countersign/domain/request/timers/events.ts";
import type { StoredEvent } from "@countersign/read-models/stored-event.ts";
import { DueProjection } from "@countersign/read-models/due/due-projection.ts";
import { dueKey } from "@countersign/read-models/due/due-row.ts";
import { temporaryFolder } from "../testkit/event-store/temporary-sqlite-store.ts";

const HOUR = 3_600_000;
const beginning = Date.parse("2026-03-02T08:00:00.000Z");
const at = (hours: number): string => new Date(beginning + hours * HOUR).toISOString();

type Plan = Extract<TimerEvent, { type: "TimersPlanned" }>["data"];

/** A ladder of level 1: a reminder after one hour, an escalation after two, and the due mark after three. */
const plan = (overrides: Partial<Plan> = {}): Plan => ({
  level: 1,
  payloadVersion: 1,
  generation: 1,
  startAt: at(0),
  calendar: null,
  timers: [
    { kind: "reminder", step: 1, dueAt: at(1) },
    { kind: "escalate", step: 2, dueAt: at(2) },
    { kind: "due", step: null, dueAt: at(3) },
  ],
  ...overrides,
});

const chainPlan = (overrides: Partial<Plan> = {}): Plan =>
  plan({
    level: null,
    timers: [{ kind: "notify", step: 1, dueAt: at(5) }],
    ...overrides,
  });

/** A chain's ladder, a level's, and the expiry with its notice. */
const everything = [
  "reminder 1",
  "escalate 1",
  "due 1",
  "notify chain",
  "approaching chain",
  "expiry chain",
];

describe("what is due of a request", () => {
  let due: DueProjection;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let position = 0n;

  beforeEach(async () => {
    folder = await temporaryFolder();
    position = 0n;
    due = new DueProjection({ path: join(folder.path, "read-due.db") });
  });
  afterEach(async () => {
    due.file.close();
    await folder.remove();
  });

  const event = (type: string, data: object, id = "apr_1"): StoredEvent => {
    position += 1n;
    return {
      stream: `request-acme.${id}`,
      revision: position,
      position,
      eventId: String(position),
      type,
      data: JSON.stringify(data),
      metadata: JSON.stringify({ occurredAt: at(0), schemaVersion: 1 }),
    };
  };
  const happened = (...events: readonly StoredEvent[]): void => due.apply(events, String(position));
  const submitted = (expiresAt: string | null = at(24), id = "apr_1"): StoredEvent =>
    event("RequestSubmitted", { requestId: id, expiresAt }, id);
  const planned = (data = plan()): StoredEvent => event("TimersPlanned", data);
  /** Kinds with their levels, in the order in which they are due. */
  const open = (): string[] =>
    due.due(Number.MAX_SAFE_INTEGER).map(({ kind, level }) => `${kind} ${level ?? "chain"}`);

  test("are the steps of its ladders, due marks, its expiry and the notice before it, each at its time", () => {
    happened(submitted(), planned(), planned(chainPlan()));
    expect(open()).toEqual(everything);
    const rows = due.due(Number.MAX_SAFE_INTEGER);
    expect(rows.map(({ dueMs }) => (dueMs - beginning) / HOUR)).toEqual([1, 2, 3, 5, 21.6, 24]);
    expect(new Set(rows.map(dueKey)).size).toBe(6);
    expect(rows.map(dueKey)).toContain("acme.apr_1.1.reminder.1.1.1");
    expect(rows.map(dueKey)).toContain("acme.apr_1.1.expiry.chain.0.1");
  });

  test("of equal times comes first what was planned first, and in a ladder its earlier step", () => {
    const step = (number: number) => ({ kind: "reminder", step: number, dueAt: at(1) }) as const;
    happened(
      planned(plan({ timers: [step(1), step(2)] })),
      planned(chainPlan({ timers: [step(1)] })),
    );
    expect(due.due(beginning + HOUR).map(({ level, step: number }) => [level, number])).toEqual([
      [1, 1],
      [1, 2],
      [null, 1],
    ]);
    const [first] = due.due(beginning + HOUR, 1);
    expect(due.due(beginning + HOUR, 1, first).map(({ step: number }) => number)).toEqual([2]);
  });

  test.each([
    ["a short time", 0.16, null],
    ["ten minutes", 1 / 6, 1 / 12],
    ["an hour", 1, 0.9],
    ["a hundred days", 2_400, 2_376],
    ["a half", 0.5, 0.5 - 1 / 12],
  ])("after %s (%f h) the notice comes at %f h", (_, whole, notice) => {
    happened(submitted(at(whole)));
    const found = due.due(Number.MAX_SAFE_INTEGER).find(({ kind }) => kind === "approaching");
    expect(found?.dueMs ?? null).toBe(
      notice === null ? null : Math.round(beginning + notice * HOUR),
    );
  });

  const effects: readonly (readonly [
    type: string,
    level: number | null,
    step: number | null,
    taken: string,
  ])[] = [
    ["ReminderDue", 1, 1, "reminder 1"],
    ["RequestEscalated", 1, 2, "escalate 1"],
    ["RequestReassigned", 1, 2, "escalate 1"],
    ["TimerSuppressed", 1, 2, "escalate 1"],
    ["LevelOverdue", 1, null, "due 1"],
    ["ExecutivesNotified", null, 1, "notify chain"],
  ];
  for (const [type, level, step, taken] of effects) {
    test.each(["in the same batch", "later"])(
      `${type} takes away the timer it came from, %s`,
      (when) => {
        const before = [submitted(), planned(), planned(chainPlan())];
        const timer = { level, step, payloadVersion: 1, generation: 1 };
        const effect = event(type, type === "RequestReassigned" ? { level: 2, timer } : timer);
        if (when === "later") {
          happened(...before);
          due.commit();
          happened(effect);
        } else happened(...before, effect);
        expect(open()).toEqual(everything.filter((each) => each !== taken));
      },
    );
  }

  test("a reassignment by hand takes nothing away", () => {
    happened(submitted(), planned(), planned(chainPlan()));
    happened(event("RequestReassigned", { level: 1, from: null, to: [], reason: "away" }));
    expect(open()).toEqual(everything);
  });

  test.each(["LevelApproved", "LevelDenied", "LevelSkipped"])(
    "%s takes away what was planned of that level",
    (type) => {
      happened(submitted(), planned(), planned(chainPlan()), planned(plan({ level: 2 })));
      happened(event(type, { level: 1 }));
      expect(open()).toEqual([
        "reminder 2",
        "escalate 2",
        "due 2",
        "notify chain",
        "approaching chain",
        "expiry chain",
      ]);
    },
  );

  test("a level that is reopened takes its own timers away and those of the levels after it", () => {
    happened(submitted(null), planned(), planned(plan({ level: 2 })), planned(plan({ level: 3 })));
    happened(event("LevelReopened", { level: 2 }));
    expect(open()).toEqual(["reminder 1", "escalate 1", "due 1"]);
  });

  test("a modified payload takes every ladder of the one before away, but not the expiry", () => {
    happened(submitted(), planned(), planned(chainPlan()));
    happened(event("PayloadModified", { version: 2 }));
    expect(open()).toEqual(["approaching chain", "expiry chain"]);
    happened(planned(chainPlan({ payloadVersion: 2 })));
    expect(open()).toEqual(["notify chain", "approaching chain", "expiry chain"]);
  });

  test("a newer plan of a ladder replaces what the one before had open, and no other ladder's", () => {
    happened(submitted(), planned(), planned(chainPlan()));
    due.commit();
    happened(
      planned(plan({ generation: 2, timers: [{ kind: "escalate", step: 2, dueAt: at(4) }] })),
    );
    expect(open()).toEqual(["escalate 1", "notify chain", "approaching chain", "expiry chain"]);
    expect(due.due(beginning + 4 * HOUR).map(({ generation }) => generation)).toEqual([2]);
  });

  test.each(["in the same batch", "later"])(
    "an extension plans expiry and notice anew as their next generation, %s, and leaves the ladder",
    (when) => {
      const extension = event("ExpiryExtended", { expiresAt: at(100), before: at(24), reason: "" });
      if (when === "later") {
        happened(submitted(), planned());
        due.commit();
        happened(extension);
      } else happened(submitted(), planned(), extension);
      const [, , , ...rows] = due.due(Number.MAX_SAFE_INTEGER);
      expect(rows.map(({ kind, generation, dueMs }) => [kind, generation, dueMs])).toEqual([
        ["approaching", 2, beginning + 90 * HOUR],
        ["expiry", 2, beginning + 100 * HOUR],
      ]);
    },
  );

  test("the notice is given once and the expiry stays", () => {
    happened(submitted());
    happened(event("ExpiryApproaching", { expiresAt: at(24) }));
    expect(open()).toEqual(["expiry chain"]);
  });

  test.each(["RequestApproved", "RequestDenied", "RequestExpired", "RequestCancelled"])(
    "nothing once it ended: %s, whether it was written before or not",
    (type) => {
      const end = { grant: null, payloadVersion: 1 };
      happened(submitted(), planned(), planned(chainPlan()), event(type, end));
      expect(open()).toEqual([]);
      happened(submitted(), planned());
      due.commit();
      happened(event("LevelApproved", { level: 1 }), event(type, end));
      expect(open()).toEqual([]);
    },
  );

  test("what ended before anybody asked was never written", () => {
    happened(submitted(), event("RequestCancelled", {}));
    due.commit();
    expect(due.database.prepare("select count(*) as n from due").get()).toEqual({ n: 0 });
    expect(due.database.prepare("select total_changes() as n").get()?.["n"]).toBeLessThan(10);
  });

  test("whoever has timers in hand is told which of them went", () => {
    const gone: string[] = [];
    happened(submitted(), planned());
    const rows = due.due(Number.MAX_SAFE_INTEGER);
    due.onGone((stream, isGone) => {
      for (const row of rows)
        if (isGone === "all" || isGone(row)) gone.push(`${stream} ${row.kind}`);
    });
    happened(event("ReminderDue", { level: 1, step: 1 }));
    expect(gone).toEqual(["request-acme.apr_1 reminder"]);
  });

  describe("and of a topic", () => {
    const topic = "topic-acme.release.djE";
    const moved = (type: string, data: object): StoredEvent => ({
      ...event(type, data),
      stream: topic,
    });
    const sla = (generation: number): object => ({
      generation,
      warningAt: at(generation),
      breachAt: at(generation + 1),
      calendar: null,
    });
    const created = (): StoredEvent =>
      moved("TopicCreated", { state: "draft", id: "v1", workflow: "release", sla: sla(1) });

    test("are the marks of the state in which it stands, under keys of their own", () => {
      happened(created());
      expect(due.due(Number.MAX_SAFE_INTEGER).map(dueKey)).toEqual([
        "acme.release.djE.1.sla_warning.chain.0.1",
        "acme.release.djE.1.sla_breach.chain.0.1",
      ]);
    });

    test("the warning goes when it was given, and both once the breach stands", () => {
      happened(created(), moved("SlaWarning", { state: "draft", generation: 1 }));
      expect(open()).toEqual(["sla_breach chain"]);
      happened(moved("SlaBreached", { state: "draft", generation: 1 }));
      expect(open()).toEqual([]);
    });

    test("a move takes the marks of the state before away and plans those of the next", () => {
      happened(created());
      due.commit();
      happened(moved("TransitionCompleted", { from: "draft", to: "review", sla: sla(2) }));
      expect(due.due(Number.MAX_SAFE_INTEGER).map(({ generation }) => generation)).toEqual([2, 2]);
      happened(moved("TransitionRejected", { from: "review", state: "review" }));
      expect(open()).toHaveLength(2);
      happened(moved("TransitionRejected", { from: "review", state: "draft" }));
      expect(open()).toEqual([]);
    });
  });
});
