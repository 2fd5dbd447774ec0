import type { Lease } from "@countersign/scheduler/lease.ts";
import { toIso } from "@countersign/runtime/clock.ts";
import { describe, expect, test } from "vitest";
import { bodyOf, schedulerUnderTest, type SchedulerUnderTest } from "./scheduler-under-test.ts";

const SECOND = 1_000;
const HOUR = 3600 * SECOND;

/** Plans reminders of level 1, so many seconds from now. */
const plan = (
  under: SchedulerUnderTest,
  id: string,
  seconds: readonly number[],
  generation = 1,
): Promise<void> =>
  under.happen(id, "TimersPlanned", {
    level: 1,
    payloadVersion: 1,
    generation,
    startAt: toIso(under.clock.now()),
    calendar: null,
    timers: seconds.map((after, place) => ({
      kind: "reminder",
      step: place + 1,
      dueAt: toIso(under.clock.now() + after * SECOND),
    })),
  });

/** Records what each timer leads to, as the decider would. */
const remind = (under: SchedulerUnderTest): void =>
  under.obey(async ({ request, level, step, generation }) =>
    under.happen(request, "ReminderDue", { level, step, generation, payloadVersion: 1 }),
  );

const steps = (under: SchedulerUnderTest): (number | null)[] =>
  under.published.map((publication) => bodyOf(publication).step);

describe("the ladder of a request", () => {
  test("is said step by step, each at its time", async () => {
    await using under = await schedulerUnderTest();
    remind(under);
    const scheduler = await under.start();
    await under.submit("apr_1", null);
    await plan(under, "apr_1", [10, 20, 30]);
    await under.clock.advance(20 * SECOND - 1);
    expect(steps(under)).toEqual([1]);
    await under.clock.advance(HOUR);
    expect(steps(under)).toEqual([1, 2, 3]);
    expect(under.published.map(({ subject }) => subject)).toContain(
      "countersign.v1.acme.timer.reminder",
    );
    expect(scheduler.inHand()).toBe(0);
  });

  test("is said in order when much of it came due meanwhile: a step waits for the one before", async () => {
    await using under = await schedulerUnderTest();
    const told: number[] = [];
    under.obey(async ({ request, level, step }) => {
      told.push(under.published.length);
      await under.happen(request, "ReminderDue", { level, step });
    });
    const before = await under.start();
    await under.submit("apr_1", null);
    await plan(under, "apr_1", [10, 20, 30]);
    await before.close();
    under.clock.jump(HOUR);
    await under.start();
    // Each effect wakes it for the next step, long before it would look again by itself.
    for (let ms = 0; ms < 100; ms += 10) await under.clock.advance(10);
    expect(steps(under)).toEqual([1, 2, 3]);
    // None was said before the effect of the one before it stood.
    expect(told).toEqual([1, 2, 3]);
  });

  test("goes on after a step that nobody acts on for half a second", async () => {
    await using under = await schedulerUnderTest();
    under.obey(async ({ request, level, step }) => {
      if (step !== 1) await under.happen(request, "ReminderDue", { level, step });
    });
    await under.start();
    await under.submit("apr_1", null);
    await plan(under, "apr_1", [1, 1]);
    await under.clock.advance(SECOND + 499);
    expect(steps(under)).toEqual([1]);
    await under.clock.advance(500);
    expect(steps(under)).toEqual([1, 1, 2]);
  });

  test("is not said any more when it was planned anew, nor by a step of the earlier plan in hand", async () => {
    await using under = await schedulerUnderTest();
    under.obey(async () => undefined);
    const scheduler = await under.start();
    await under.submit("apr_1", null);
    await plan(under, "apr_1", [1]);
    await under.clock.advance(2 * SECOND);
    expect(scheduler.inHand()).toBe(1);
    const said = under.published.length;
    await plan(under, "apr_1", [HOUR / SECOND], 2);
    await under.clock.advance(HOUR - SECOND);
    expect(scheduler.inHand()).toBe(0);
    expect(under.published).toHaveLength(said);
    await under.clock.advance(SECOND);
    const last = under.published.at(-1);
    expect(last === undefined ? null : bodyOf(last).generation).toBe(2);
  });

  test("is no longer said when its level ended", async () => {
    await using under = await schedulerUnderTest();
    under.obey(async () => undefined);
    const scheduler = await under.start();
    await under.submit("apr_1", null);
    await plan(under, "apr_1", [1, 100]);
    await under.clock.advance(2 * SECOND);
    await under.happen("apr_1", "LevelApproved", { level: 1 });
    const said = under.published.length;
    await under.clock.advance(HOUR);
    expect(under.published).toHaveLength(said);
    expect(scheduler.inHand()).toBe(0);
  });

  test("that nobody acts on is said more and more rarely, and shows up after ten minutes", async () => {
    await using under = await schedulerUnderTest();
    under.obey(async () => undefined);
    const scheduler = await under.start();
    await under.submit("apr_1", null);
    await plan(under, "apr_1", [1]);
    await under.clock.advance(60 * SECOND);
    expect(scheduler.unheard()).toBe(0);
    const inTheFirstMinute = under.published.length;
    expect(inTheFirstMinute).toBeLessThan(10);
    await under.clock.advance(10 * 60 * SECOND);
    expect(scheduler.unheard()).toBe(1);
    await under.happen("apr_1", "ReminderDue", { level: 1, step: 1 });
    await under.clock.advance(SECOND);
    expect(scheduler.unheard()).toBe(0);
  });
});

describe("a scheduler with a lease", () => {
  test("stands by while another holds it, and says what is due at the moment it leads", async () => {
    await using under = await schedulerUnderTest();
    under.obey();
    let isHeld = false;
    let tell: () => void = () => undefined;
    const lease: Lease = { leads: () => isHeld, onChange: (listener) => (tell = listener) };
    const scheduler = await under.start(lease);
    await under.submit("apr_1", SECOND);
    await under.clock.advance(HOUR);
    expect(under.published).toEqual([]);
    expect(scheduler.leads()).toBe(false);
    isHeld = true;
    tell();
    await under.clock.advance(0);
    expect(under.requests()).toEqual(["apr_1"]);
    await under.submit("apr_2", SECOND);
    isHeld = false;
    await under.clock.advance(HOUR);
    expect(under.requests()).toEqual(["apr_1"]);
  });
});
