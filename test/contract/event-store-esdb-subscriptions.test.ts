import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import { StoreFailed } from "@countersign/event-store/errors.ts";
import { EsdbUnderTest } from "../testkit/esdb-protocol-server/esdb-under-test.ts";
import {
  aCategory,
  allOf,
  aStream,
  anEvent,
  idsOf,
  someEvents,
} from "../testkit/event-store/example-events.ts";
import { RecordingSubscriber } from "../testkit/event-store/recording-subscriber.ts";

describe("a subscription to EventStoreDB", () => {
  test("that is too slow for a burst is taken up again and gets each event once", async () => {
    await using esdb = await EsdbUnderTest.start();
    const store = esdb.open();
    const category = aCategory();
    const subscriber = new RecordingSubscriber();
    store.subscribe({ from: "start", streamPrefixes: [`${category}-`] }, subscriber);
    await subscriber.untilLive();
    const ids: string[] = [];
    for (let n = 0; n < 10; n++) {
      const events = someEvents(200);
      ids.push(...idsOf(events));
      await store.append(`${category}-${n}`, "no-stream", events);
    }
    await subscriber.until((self) => self.received.length >= ids.length);
    expect(subscriber.ids).toEqual(ids);
    expect(subscriber.liveAt).toEqual([0]);
    expect(esdb.server.faults.tooSlow).toBeGreaterThan(0);
    expect(esdb.breaks.filter((reason) => reason === "outage")).toEqual([]);
    expect(esdb.breaks).toHaveLength(esdb.server.faults.tooSlow);
  });

  test("that the server ends before anything came through goes on all the same", async () => {
    await using esdb = await EsdbUnderTest.start();
    const store = esdb.open();
    const category = aCategory();
    const subscriber = new RecordingSubscriber();
    store.subscribe({ from: "start", streamPrefixes: [`${category}-`] }, subscriber);
    await subscriber.untilLive();
    esdb.server.faults.liveBuffer = 0;
    const events = someEvents(3);
    for (const [n, event] of events.entries()) {
      await store.append(`${category}-${n}`, "no-stream", [event]);
    }
    await subscriber.until((self) => self.received.length >= 3);
    expect(subscriber.ids).toEqual(idsOf(events));
    expect(esdb.breaks).toContain("too-slow");
  });

  test("goes on where it stood when the server was away, over what came meanwhile", async () => {
    await using esdb = await EsdbUnderTest.start();
    const [store, other] = [esdb.open(), esdb.open()];
    const category = aCategory();
    const subscriber = new RecordingSubscriber();
    store.subscribe({ from: "start", streamPrefixes: [`${category}-`] }, subscriber);
    const [before, meanwhile, after] = [someEvents(3), someEvents(3), anEvent()];
    await other.append(`${category}-a`, "no-stream", before);
    await subscriber.until((self) => self.received.length >= 3);
    esdb.server.stop();
    const appending = other.append(`${category}-b`, "no-stream", meanwhile);
    await esdb.server.start();
    await appending;
    await other.append(`${category}-a`, 2n, [after]);
    await subscriber.untilId(after.eventId);
    expect(subscriber.ids).toEqual([...idsOf(before), ...idsOf(meanwhile), after.eventId]);
    expect(subscriber.liveAt).toHaveLength(1);
    expect(esdb.breaks).toContain("outage");
  });

  test("begins when the server comes up after it", async () => {
    await using esdb = await EsdbUnderTest.start();
    const connectionString = esdb.server.connectionString;
    esdb.server.stop();
    const store = esdb.open({ connectionString });
    const category = aCategory();
    const subscriber = new RecordingSubscriber();
    store.subscribe({ from: "start", streamPrefixes: [`${category}-`] }, subscriber);
    await vi.waitFor(() => expect(esdb.breaks.length).toBeGreaterThan(1));
    esdb.server.faults.notReady = 3;
    await esdb.server.start();
    const event = anEvent();
    await store.append(`${category}-a`, "no-stream", [event]);
    await subscriber.untilId(event.eventId);
    expect(subscriber.ids).toEqual([event.eventId]);
  });

  test("over a half-open link is taken up again over a new one", async () => {
    await using esdb = await EsdbUnderTest.start();
    vi.spyOn(console, "warn").mockReturnValue();
    const { proxy, connectionString } = await esdb.proxy();
    const [store, direct] = [esdb.open({ connectionString }), esdb.open()];
    const category = aCategory();
    const subscriber = new RecordingSubscriber();
    store.subscribe({ from: "start", streamPrefixes: [`${category}-`] }, subscriber);
    const [before, after] = [anEvent(), anEvent()];
    await direct.append(`${category}-a`, "no-stream", [before]);
    await subscriber.untilId(before.eventId);
    proxy.freeze();
    proxy.thawNewConnections();
    await direct.append(`${category}-a`, 0n, [after]);
    await subscriber.untilId(after.eventId);
    expect(subscriber.ids).toEqual([before.eventId, after.eventId]);
    expect(esdb.breaks).toContain("outage");
  });

  test("becomes live after a quiet moment when the server says nothing", async () => {
    await using esdb = await EsdbUnderTest.start();
    esdb.server.faults.tellsCaughtUp = false;
    const store = esdb.open({ quietMoment: 20 });
    const subscriber = new RecordingSubscriber();
    store.subscribe({ from: "start", streamPrefixes: [`${aCategory()}-`] }, subscriber);
    await subscriber.untilLive();
    expect(subscriber.liveAt).toEqual([0]);
  });

  test("that is held up does not take the whole history into memory", async () => {
    await using esdb = await EsdbUnderTest.start();
    const store = esdb.open();
    const category = aCategory();
    const data = JSON.stringify("x".repeat(8_000));
    for (let n = 0; n < 30; n++) {
      const events = Array.from({ length: 100 }, () => anEvent({ data }));
      await store.append(`${category}-${n}`, "no-stream", events);
    }
    const gate = Promise.withResolvers<void>();
    const held = new RecordingSubscriber({ events: () => gate.promise });
    const passing = new RecordingSubscriber();
    store.subscribe({ from: "start", streamPrefixes: [`${category}-`] }, held);
    await held.until((self) => self.deliveries.length > 0);
    store.subscribe({ from: "start", streamPrefixes: [`${category}-`] }, passing);
    await passing.until((self) => self.received.length >= 3_000);
    expect(held.deliveries).toHaveLength(1);
    expect(esdb.server.faults.eventsSent).toBeLessThan(3_000 + 1_500);
    gate.resolve();
    await held.until((self) => self.received.length >= 3_000);
    expect(held.ids).toEqual(passing.ids);
  });

  test("hears nothing of the server's own events, and gets past them", async () => {
    await using esdb = await EsdbUnderTest.start();
    const store = esdb.open();
    for (let n = 0; n < 2_100; n++) esdb.server.writeSystemEvent();
    const event = anEvent();
    const subscriber = new RecordingSubscriber();
    store.subscribe({ from: "start" }, subscriber);
    await store.append(aStream(), "no-stream", [event]);
    await subscriber.untilId(event.eventId);
    expect(subscriber.ids).toEqual([event.eventId]);
    const end = esdb.server.log.all.at(-1)?.position ?? 0n;
    const last = subscriber.passes.at(-1);
    expect(last).toMatch(/^\d+\/0$/);
    expect(BigInt(last?.split("/")[0] ?? "")).toBeLessThan(end);
  });

  test("hears nothing of what says that a stream was deleted for good, and gets past it", async () => {
    await using esdb = await EsdbUnderTest.start();
    const store = esdb.open();
    const category = aCategory();
    const [before, after, last] = [anEvent(), anEvent(), anEvent()];
    const streamPrefixes = [`${category}-`];
    await store.append(`${category}-a`, "no-stream", [before]);
    esdb.server.log.tombstone(`${category}-a`);
    await store.append(`${category}-b`, "no-stream", [after]);
    const subscriber = new RecordingSubscriber();
    store.subscribe({ from: "start", streamPrefixes }, subscriber);
    await subscriber.untilLive();
    esdb.server.log.tombstone(`${category}-b`);
    esdb.server.stop();
    await esdb.server.start();
    await store.append(`${category}-c`, "no-stream", [last]);
    await subscriber.untilId(last.eventId);
    expect(subscriber.ids).toEqual(idsOf([before, after, last]));
    expect(subscriber.deliveries.every(({ batch }) => batch.length > 0)).toBe(true);
  });

  test("is told how far the filter came only behind the events before it", async () => {
    await using esdb = await EsdbUnderTest.start();
    const store = esdb.open();
    const [own, foreign] = [aCategory(), aCategory()];
    for (let n = 0; n < 40; n++) {
      await store.append(`${foreign}-${n}`, "no-stream", someEvents(95));
      await store.append(`${own}-${n}`, "no-stream", someEvents(5));
    }
    for (let n = 0; n < 3; n++) {
      await store.append(`${foreign}-after${n}`, "no-stream", someEvents(500));
    }
    const told: bigint[] = [];
    let passes = 0;
    const all = Promise.withResolvers<void>();
    store.subscribe(
      { from: "start", streamPrefixes: [`${own}-`] },
      {
        async events(batch) {
          told.push(...batch.map((event) => event.position));
          await nextTurn();
        },
        passed(checkpoint) {
          passes++;
          told.push(BigInt(checkpoint.split("/")[0] ?? ""));
        },
        live: () => all.resolve(),
      },
    );
    await all.promise;
    expect(told).toHaveLength(200 + passes);
    expect(passes).toBeGreaterThan(0);
    expect(told).toEqual(told.toSorted((a, b) => (a < b ? -1 : 1)));
  });

  test("gives events of others that are no JSON as base64", async () => {
    await using esdb = await EsdbUnderTest.start();
    const store = esdb.open();
    const stream = aStream();
    const { eventId } = anEvent();
    esdb.server.log.append(stream, "no-stream", [
      {
        id: eventId,
        type: "Foreign",
        contentType: "application/octet-stream",
        data: Buffer.from([1, 2, 255]),
        metadata: Buffer.from(""),
      },
    ]);
    expect(await allOf(store.readStream(stream))).toMatchObject([
      { eventId, data: '"AQL/"', metadata: "null" },
    ]);
  });

  test.for(["17", "17/x", "", "end"])(
    "from the checkpoint %j of another store fails",
    async (from) => {
      await using esdb = await EsdbUnderTest.start();
      const subscription = esdb.open().subscribe({ from }, new RecordingSubscriber());
      await expect(subscription.closed).rejects.toThrow(StoreFailed);
    },
  );
});
