import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { StoreFailed } from "@countersign/event-store/errors.ts";
import type { EventStore } from "@countersign/event-store/event-store.ts";
import {
  openSqliteEventReader,
  type SqliteEventReader,
} from "@countersign/event-store-sqlite/sqlite-event-reader.ts";
import { openSqliteEventStore } from "@countersign/event-store-sqlite/sqlite-event-store.ts";
import {
  aCategory,
  allOf,
  anEvent,
  aStream,
  idsOf,
  someEvents,
} from "../../testkit/event-store/example-events.ts";
import { RecordingSubscriber } from "../../testkit/event-store/recording-subscriber.ts";
import { temporaryFolder } from "../../testkit/event-store/temporary-sqlite-store.ts";

let stack: AsyncDisposableStack;
let store: EventStore;
let reader: SqliteEventReader;
let committed = 0;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  const folder = await temporaryFolder();
  stack.defer(folder.remove);
  const path = join(folder.path, "events.db");
  store = openSqliteEventStore({ path, onCommitted: (position) => (committed = position) });
  stack.defer(() => store.close());
  reader = openSqliteEventReader({ path, committed: () => committed });
  stack.defer(() => reader.close());
});
afterEach(() => stack.disposeAsync());

describe("a reader beside the store", () => {
  test("reads a stream as the store does, whole and in parts", async () => {
    const stream = aStream();
    await store.append(stream, "no-stream", someEvents(1_200));
    expect(await allOf(reader.readStream(stream))).toEqual(await allOf(store.readStream(stream)));
    const part = { from: 700n, maxCount: 450 };
    expect(await allOf(reader.readStream(stream, part))).toEqual(
      await allOf(store.readStream(stream, part)),
    );
    expect(await allOf(reader.readStream(aStream()))).toEqual([]);
  });

  test("catches up with what stood there, then says that it is live", async () => {
    const events = someEvents(2_500);
    await store.append(aStream(), "no-stream", events);
    const subscriber = new RecordingSubscriber();
    reader.subscribe({ from: "start" }, subscriber);
    await subscriber.untilLive();
    expect(subscriber.ids).toEqual(idsOf(events));
    expect(subscriber.liveAt).toEqual([2_500]);
  });

  test("has delivered all that is committed when `moved` returns, however much it is", async () => {
    const subscriber = new RecordingSubscriber();
    reader.subscribe({ from: "start" }, subscriber);
    await subscriber.untilLive();
    const events = someEvents(3_456);
    await store.append(aStream(), "no-stream", events);
    expect(subscriber.received).toEqual([]);
    reader.moved();
    expect(subscriber.ids).toEqual(idsOf(events));
    reader.moved();
    expect(subscriber.received).toHaveLength(3_456);
    expect(subscriber.liveAt).toEqual([0]);
  });

  test("resumes behind a checkpoint, and follows the streams that were asked for", async () => {
    const category = aCategory();
    const wanted = someEvents(3);
    const first = new RecordingSubscriber();
    const options = { streamPrefixes: [`${category}-`] };
    const subscription = reader.subscribe({ from: "start", ...options }, first);
    await first.untilLive();
    for (const [n, event] of wanted.slice(0, 2).entries()) {
      await store.append(aStream(), "no-stream", someEvents(2));
      await store.append(`${category}-acme.${n}`, "no-stream", [event]);
    }
    reader.moved();
    await subscription.close();
    await store.append(`${category}-acme.9`, "no-stream", wanted.slice(2));
    const from = first.deliveries.at(-1)?.checkpoint ?? "start";
    const second = new RecordingSubscriber();
    reader.subscribe({ from, ...options }, second);
    await second.untilLive();
    expect([...first.ids, ...second.ids]).toEqual(idsOf(wanted));
  });

  test("goes on when a subscriber that needed time is done", async () => {
    const gate = Promise.withResolvers<void>();
    const slow = new RecordingSubscriber({ events: () => gate.promise });
    reader.subscribe({ from: "start" }, slow);
    await slow.untilLive();
    const events = [anEvent(), anEvent()];
    for (const event of events) {
      await store.append(aStream(), "no-stream", [event]);
      reader.moved();
    }
    expect(slow.received).toHaveLength(1);
    gate.resolve();
    await slow.until(({ received }) => received.length === 2);
    expect(slow.ids).toEqual(idsOf(events));
  });

  test("ends with its subscriber's error, and closes without one", async () => {
    const failing = new RecordingSubscriber({
      events: () => {
        throw new Error("cannot read this");
      },
    });
    const subscription = reader.subscribe({ from: "start" }, failing);
    await failing.untilLive();
    await store.append(aStream(), "no-stream", [anEvent()]);
    reader.moved();
    await expect(subscription.closed).rejects.toThrow("cannot read this");
    const other = reader.subscribe({ from: "start" }, new RecordingSubscriber());
    await reader.close();
    await reader.close();
    await other.closed;
  });

  test("does not make a store that is not there", () => {
    const path = join("/nowhere", "events.db");
    const open = (): SqliteEventReader => openSqliteEventReader({ path, committed: () => 0 });
    expect(open).toThrow(StoreFailed);
    expect(open).toThrow("/nowhere/events.db cannot be opened: check that its folder exists");
  });
});

test("a store that is opened again says where it stands", async () => {
  const path = join((await temporaryFolder()).path, "events.db");
  const said: number[] = [];
  const onCommitted = (position: number): void => void said.push(position);
  const first = openSqliteEventStore({ path, onCommitted });
  await first.append(aStream(), "no-stream", someEvents(3));
  await first.close();
  await openSqliteEventStore({ path, onCommitted }).close();
  expect(said).toEqual([0, 3, 3]);
});
