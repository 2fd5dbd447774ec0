import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { StoreFailed, WrongExpectedRevision } from "@countersign/event-store/errors.ts";
import type { EventStore, RecordedEvent } from "@countersign/event-store/event-store.ts";
import {
  allOf,
  aStream,
  anEvent,
  idsOf,
  someEvents,
} from "../../testkit/event-store/example-events.ts";
import { RecordingSubscriber } from "../../testkit/event-store/recording-subscriber.ts";
import { temporarySqliteStore } from "../../testkit/event-store/temporary-sqlite-store.ts";

let opened: Awaited<ReturnType<typeof temporarySqliteStore>>;
let store: EventStore;
beforeEach(async () => {
  opened = await temporarySqliteStore();
  store = opened.store;
});
afterEach(() => opened.close());

describe("appends that arrive together", () => {
  test("reach a live subscriber as one batch, before any of them is answered", async () => {
    const order: string[] = [];
    const subscriber = new RecordingSubscriber({
      events: (batch) => {
        order.push(`batch of ${batch.length}`);
      },
    });
    store.subscribe({ from: "start" }, subscriber);
    await subscriber.untilLive();
    await Promise.all(
      [1, 2, 3].map(async (n) => {
        await store.append(aStream(), "no-stream", someEvents(n));
        order.push("answer");
      }),
    );
    expect(order).toEqual(["batch of 6", "answer", "answer", "answer"]);
  });

  test("are the same objects for every subscriber", async () => {
    const [one, other] = [new RecordingSubscriber(), new RecordingSubscriber()];
    store.subscribe({ from: "start" }, one);
    store.subscribe({ from: "start" }, other);
    await Promise.all([one.untilLive(), other.untilLive()]);
    await store.append(aStream(), "no-stream", someEvents(2));
    expect(one.received[1]).toBe(other.received[1]);
    expect(one.received).toHaveLength(2);
  });

  test("do not wait for a subscriber that answers a promise", async () => {
    const gate = Promise.withResolvers<void>();
    const slow = new RecordingSubscriber({ events: () => gate.promise });
    store.subscribe({ from: "start" }, slow);
    await slow.untilLive();
    const events = someEvents(3);
    for (const event of events) await store.append(aStream(), "no-stream", [event]);
    expect(slow.received).toHaveLength(1);
    gate.resolve();
    await slow.until((self) => self.received.length >= 3);
    expect(slow.ids).toEqual(idsOf(events));
  });

  test("may be far more than a busy subscriber is kept waiting with: it reads on from the file", async () => {
    const gate = Promise.withResolvers<void>();
    const slow = new RecordingSubscriber({ events: () => gate.promise });
    store.subscribe({ from: "start" }, slow);
    await slow.untilLive();
    const ids: string[] = [];
    for (let n = 0; n < 12; n++) {
      const events = someEvents(300);
      ids.push(...idsOf(events));
      await store.append(aStream(), "no-stream", events);
    }
    gate.resolve();
    await slow.until((self) => self.received.length >= 3_600);
    const last = anEvent();
    ids.push(last.eventId);
    await nextTurn();
    await store.append(aStream(), "no-stream", [last]);
    await slow.untilId(last.eventId);
    expect(slow.ids).toEqual(ids);
    expect(slow.deliveries.every(({ batch }) => batch.length <= 1_000)).toBe(true);
    expect(slow.liveAt).toEqual([0]);
  });

  test("and hold more than 1,000 events come in several batches", async () => {
    const subscriber = new RecordingSubscriber();
    store.subscribe({ from: "start" }, subscriber);
    await subscriber.untilLive();
    const appends = Array.from({ length: 5 }, () => someEvents(500));
    await Promise.all(appends.map((events) => store.append(aStream(), "no-stream", events)));
    // No waiting here: like a small group, all of it is delivered before anybody is answered.
    expect(subscriber.ids).toEqual(idsOf(appends.flat()));
    expect(subscriber.deliveries.every(({ batch }) => batch.length <= 1_000)).toBe(true);
  });

  test("and are more than one group are all answered", async () => {
    const results = await Promise.all(
      Array.from({ length: 1_300 }, () => store.append(aStream(), "no-stream", [anEvent()])),
    );
    expect(new Set(results.map((result) => result.position)).size).toBe(1_300);
  });

  test("see one another: the second at the revision the first made, the third refused", async () => {
    const stream = aStream();
    const [one, two, three] = await Promise.allSettled([
      store.append(stream, "no-stream", someEvents(2)),
      store.append(stream, 1n, [anEvent()]),
      store.append(stream, 1n, [anEvent()]),
    ]);
    expect([one.status, two.status]).toEqual(["fulfilled", "fulfilled"]);
    expect(three).toMatchObject({ reason: { name: "WrongExpectedRevision", actual: 2n } });
  });

  test("leave no gap in the positions when one of them is refused", async () => {
    const stream = aStream();
    await Promise.allSettled([
      store.append(stream, "no-stream", [anEvent()]),
      store.append(stream, "no-stream", [anEvent()]),
      store.append(aStream(), "no-stream", [anEvent()]),
    ]);
    const subscriber = new RecordingSubscriber();
    store.subscribe({ from: "start" }, subscriber);
    await subscriber.untilLive();
    expect(subscriber.received.map((event: RecordedEvent) => event.position)).toEqual([1n, 2n]);
  });

  test.for([-1n, -2n])("do not take revision %s for a stream that is missing", async (expected) => {
    const stream = aStream();
    await expect(store.append(stream, expected, [anEvent()])).rejects.toThrow(
      WrongExpectedRevision,
    );
    expect(await allOf(store.readStream(stream))).toEqual([]);
  });

  test("may come from a subscriber while it is given a batch", async () => {
    const follower = aStream();
    let appended = false;
    const subscriber = new RecordingSubscriber({
      events: () => {
        if (!appended) void store.append(follower, "no-stream", [anEvent()]);
        appended = true;
      },
    });
    store.subscribe({ from: "start" }, subscriber);
    await store.append(aStream(), "no-stream", [anEvent()]);
    await subscriber.until((self) => self.received.length >= 2);
    await nextTurn();
    expect(subscriber.received.map((event) => event.stream).at(-1)).toBe(follower);
  });
});

describe("a checkpoint", () => {
  test("of a longer store is refused, because a read model of another store would silently miss events", async () => {
    await store.append(aStream(), "no-stream", [anEvent()]);
    const { closed } = store.subscribe({ from: "500" }, new RecordingSubscriber());
    await expect(closed).rejects.toThrow(StoreFailed);
  });

  test.for(["", "abc", "-1", "1.5", "99999999999999999999"])(
    "%j is refused as none of this store",
    (from) => {
      expect(() => store.subscribe({ from }, new RecordingSubscriber())).toThrow(
        "is no checkpoint",
      );
    },
  );
});
