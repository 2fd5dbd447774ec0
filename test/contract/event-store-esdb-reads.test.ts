import { describe, expect, test } from "vitest";
import { StoreFailed, StoreUnavailable } from "@countersign/event-store/errors.ts";
import { EsdbUnderTest } from "../testkit/esdb-protocol-server/esdb-under-test.ts";
import {
  aCategory,
  allOf,
  aStream,
  anEvent,
  idsOf,
} from "../testkit/event-store/example-events.ts";
import { RecordingSubscriber } from "../testkit/event-store/recording-subscriber.ts";

describe("a read of EventStoreDB", () => {
  test("of a stream that was deleted for good fails, and so does an append to it", async () => {
    await using esdb = await EsdbUnderTest.start();
    const [store, other] = [esdb.open(), esdb.open()];
    const stream = aStream();
    await store.append(stream, "no-stream", [anEvent()]);
    esdb.server.log.tombstone(stream);
    await expect(allOf(store.readStream(stream))).rejects.toThrow(StoreFailed);
    for (const each of [store, other]) {
      await expect(each.append(stream, 0n, [anEvent()])).rejects.toThrow(StoreFailed);
    }
    expect(esdb.server.appends).toMatchObject({ batch: 2, single: 1 });
  });

  test("sees what the leader has acknowledged, though it was connected to a node that follows now", async () => {
    await using leading = await EsdbUnderTest.start();
    await using following = await EsdbUnderTest.start();
    const stream = aStream();
    const [old, recent] = [anEvent(), anEvent()];
    const store = following.open();
    await store.append(stream, "no-stream", [old]);
    expect(await allOf(store.readStream(stream))).toHaveLength(1);
    const other = leading.open();
    await other.append(stream, "no-stream", [old]);
    following.server.faults.leader = leading.server.port;
    await other.append(stream, 0n, [recent]);
    expect(idsOf(await allOf(store.readStream(stream)))).toEqual(idsOf([old, recent]));
  });

  test("waits for a server that has just started, beside a subscription that goes on", async () => {
    await using esdb = await EsdbUnderTest.start();
    const store = esdb.open();
    const category = aCategory();
    const subscriber = new RecordingSubscriber();
    store.subscribe({ from: "start", streamPrefixes: [`${category}-`] }, subscriber);
    await subscriber.untilLive();
    const [one, two] = [anEvent(), anEvent()];
    await store.append(`${category}-a`, "no-stream", [one]);
    esdb.server.faults.notReady = 3;
    expect(idsOf(await allOf(store.readStream(`${category}-a`)))).toEqual([one.eventId]);
    expect(esdb.server.faults.notReady).toBe(0);
    await store.append(`${category}-a`, 0n, [two]);
    await subscriber.untilId(two.eventId);
    expect(subscriber.ids).toEqual(idsOf([one, two]));
  });

  test("goes on after the last event seen when the server goes down in the middle", async () => {
    await using esdb = await EsdbUnderTest.start();
    const store = esdb.open();
    const stream = aStream();
    const data = JSON.stringify("x".repeat(4_000));
    const events = Array.from({ length: 200 }, () => anEvent({ data }));
    await store.append(stream, "no-stream", events);
    const seen: string[] = [];
    for await (const event of store.readStream(stream)) {
      seen.push(event.eventId);
      if (seen.length === 3) {
        esdb.server.stop();
        await esdb.server.start();
      }
    }
    expect(seen).toEqual(idsOf(events));
  });

  test("of a server that stays away ends as unavailable", async () => {
    await using esdb = await EsdbUnderTest.start();
    const clock = {
      now: () => 0,
      monotonic: () => 0,
      after: (_: number, callback: () => void) => {
        queueMicrotask(callback);
        return () => undefined;
      },
    };
    const store = esdb.open();
    esdb.server.stop();
    const impatient = esdb.open({ clock, connectionString: esdb.server.connectionString });
    await expect(allOf(impatient.readStream(aStream()))).rejects.toThrow(StoreUnavailable);
    await store.close();
  });
});
