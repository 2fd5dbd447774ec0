import { describe, expect, test } from "vitest";
import { idle } from "../../testkit/manual-clock.ts";
import { bodyOf, schedulerUnderTest } from "./scheduler-under-test.ts";

const SECOND = 1_000;
const HOUR = 3600 * SECOND;
const DAY = 24 * HOUR;

describe("the scheduler", () => {
  test("says that a request is due when its time has come, and not before", async () => {
    await using under = await schedulerUnderTest();
    under.obey();
    const scheduler = await under.start();
    await under.submit("apr_1", 90 * SECOND);
    await under.clock.advance(90 * SECOND - 1);
    expect(under.published).toEqual([]);
    await under.clock.advance(1);
    expect(under.published).toHaveLength(1);
    const [publication] = under.published;
    expect(publication?.subject).toBe("countersign.v1.acme.timer.expiry");
    expect(JSON.parse(publication?.body ?? "")).toEqual({
      key: publication?.id,
      request: "apr_1",
      version: 1,
      level: null,
      step: null,
      generation: 1,
      due_at: "2026-03-01T10:01:30.000Z",
    });
    expect(scheduler.inHand()).toBe(0);
  });

  test("says each once, however long they stand, when they take effect", async () => {
    await using under = await schedulerUnderTest();
    under.obey();
    await under.start();
    for (const [id, ms] of [
      ["apr_3", 300],
      ["apr_1", 100],
      ["apr_2", 200],
    ] as const)
      await under.submit(id, ms * SECOND);
    await under.clock.advance(HOUR);
    expect(under.requests()).toEqual(["apr_1", "apr_2", "apr_3"]);
  });

  test("says nothing of a request that ended before, or that never expires", async () => {
    await using under = await schedulerUnderTest();
    under.obey();
    await under.start();
    for (const [id, end] of [
      ["apr_1", "RequestApproved"],
      ["apr_2", "RequestDenied"],
      ["apr_3", "RequestCancelled"],
    ] as const) {
      await under.submit(id, 60 * SECOND);
      await under.end(id, end);
    }
    await under.submit("apr_4", null);
    await under.clock.advance(HOUR);
    expect(under.published).toEqual([]);
  });

  test("sleeps a second at most, so that no wait is ever too long for a timer", async () => {
    await using under = await schedulerUnderTest();
    await under.start();
    await under.submit("apr_1", 60 * DAY);
    await under.clock.advance(10 * SECOND);
    expect(Math.max(...under.clock.waiting())).toBeLessThanOrEqual(SECOND);
    expect(under.published).toEqual([]);
  });

  test("wakes for a request that is due earlier than all others", async () => {
    await using under = await schedulerUnderTest();
    under.obey();
    await under.start();
    await under.submit("apr_1", DAY);
    await under.clock.advance(200);
    await under.submit("apr_2", 300);
    await under.clock.advance(299);
    expect(under.requests()).toEqual([]);
    await under.clock.advance(1);
    expect(under.requests()).toEqual(["apr_2"]);
  });

  test("notices within a second that the wall clock jumped", async () => {
    await using under = await schedulerUnderTest();
    under.obey();
    await under.start();
    await under.submit("apr_1", DAY);
    await under.clock.advance(5 * SECOND);
    under.clock.jump(2 * DAY);
    await under.clock.advance(SECOND);
    expect(under.requests()).toEqual(["apr_1"]);
  });

  test("waits longer when the wall clock is set back", async () => {
    await using under = await schedulerUnderTest();
    under.obey();
    await under.start();
    await under.submit("apr_1", 60 * SECOND);
    under.clock.jump(-3600 * SECOND);
    await under.clock.advance(3600 * SECOND + 59 * SECOND);
    expect(under.published).toEqual([]);
    await under.clock.advance(SECOND);
    expect(under.requests()).toEqual(["apr_1"]);
  });

  test("says it again, later and later and under another message id, until it takes effect", async () => {
    await using under = await schedulerUnderTest();
    let deaf = true;
    under.obey(async ({ request }) => {
      if (!deaf) await under.end(request);
    });
    const scheduler = await under.start();
    await under.submit("apr_1", SECOND);
    await under.clock.advance(10 * 60 * SECOND);
    const ids = under.published.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(under.published.map((publication) => bodyOf(publication).key)).size).toBe(1);
    expect(ids.length).toBeGreaterThan(8);
    expect(ids.length).toBeLessThan(30);
    expect(scheduler.inHand()).toBe(1);
    deaf = false;
    // A minute after the last trouble nothing may be overdue.
    await under.clock.advance(31 * SECOND);
    expect(scheduler.inHand()).toBe(0);
    const said = under.published.length;
    await under.clock.advance(HOUR / 4);
    expect(under.published).toHaveLength(said);
  });

  test("says what became due while it did not run", async () => {
    await using under = await schedulerUnderTest();
    under.obey();
    const first = await under.start();
    await under.submit("apr_1", 10 * SECOND);
    await first.close();
    await under.submit("apr_2", 20 * SECOND);
    under.clock.jump(DAY);
    await under.start();
    expect(under.requests()).toEqual(["apr_1", "apr_2"]);
  });

  test("keeps what is due while the broker is away", async () => {
    await using under = await schedulerUnderTest();
    under.obey();
    const scheduler = await under.start();
    under.brokerIsAway = true;
    await under.submit("apr_1", SECOND);
    await under.clock.advance(30 * SECOND);
    expect(under.published).toEqual([]);
    expect(under.logged).toContain("due timers could not be published; they are tried again");
    under.brokerIsAway = false;
    await under.clock.advance(SECOND);
    expect(under.requests()).toEqual(["apr_1"]);
    expect(scheduler.inHand()).toBe(0);
  });

  test("hands a crowd over in parts, the next when half of the last took effect", async () => {
    await using under = await schedulerUnderTest();
    const waiting: string[] = [];
    under.obey(async ({ request }) => void waiting.push(request));
    const scheduler = await under.start();
    const crowd = 2_500;
    await Promise.all(
      Array.from({ length: crowd }, (_, number) => under.submit(`apr_${number}`, SECOND)),
    );
    await under.clock.advance(SECOND);
    expect(scheduler.inHand()).toBe(1_000);
    const seen = new Set<string>();
    while (seen.size < crowd) {
      const some = waiting.splice(0);
      expect(some.length).toBeGreaterThan(0);
      for (const id of some) seen.add(id);
      await Promise.all(some.map((id) => under.end(id)));
      await under.clock.advance(0);
    }
    expect(under.published).toHaveLength(crowd);
    expect(scheduler.inHand()).toBe(0);
  });

  test("is alone responsible for nothing: two of them lead to one message each", async () => {
    await using under = await schedulerUnderTest();
    const delivered: string[] = [];
    under.obey(async ({ request }) => {
      delivered.push(request);
      await under.end(request);
    });
    await under.start();
    await under.submit("apr_1", SECOND);
    await under.clock.advance(SECOND);
    const [first] = under.published;
    if (first !== undefined) await under.bus.publish(first);
    await idle();
    expect(delivered).toEqual(["apr_1"]);
  });
});
