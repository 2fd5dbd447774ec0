import { describe, expect, test, vi } from "vitest";
import {
  AppendTooLarge,
  InvalidEvent,
  StoreUnavailable,
  WrongExpectedRevision,
} from "@countersign/event-store/errors.ts";
import type { EventStore } from "@countersign/event-store/event-store.ts";
import { EsdbUnderTest } from "../testkit/esdb-protocol-server/esdb-under-test.ts";
import {
  allOf,
  aStream,
  anEvent,
  idsOf,
  someEvents,
} from "../testkit/event-store/example-events.ts";

const textOf = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString();

describe("an append to EventStoreDB", () => {
  test("with an event that would end the process never reaches the client", async () => {
    await using esdb = await EsdbUnderTest.start();
    const store = esdb.open();
    const stream = aStream();
    for (const fault of [{ type: "" }, { eventId: "no-uuid" }, { data: "{" }, { metadata: "" }]) {
      await expect(store.append(stream, "no-stream", [anEvent(fault)])).rejects.toThrow(
        InvalidEvent,
      );
    }
    const large = anEvent({ data: JSON.stringify("x".repeat(1024 * 1024)) });
    await expect(store.append(stream, "no-stream", [large])).rejects.toThrow(AppendTooLarge);
    const wide = anEvent({ metadata: JSON.stringify("m".repeat(3 * 1024 * 1024)) });
    await expect(store.append(stream, "no-stream", [wide])).rejects.toThrow(AppendTooLarge);
    expect(esdb.server.appends).toEqual({ batch: 0, single: 0, bad: 0 });
  });

  test("that the server finds too large, because its operator allows less, is refused", async () => {
    await using esdb = await EsdbUnderTest.start();
    const [store, other] = [esdb.open(), esdb.open()];
    await store.append(aStream(), "no-stream", [anEvent()]);
    esdb.server.log.mostData = 1_000;
    const large = anEvent({ data: JSON.stringify("x".repeat(1_000)) });
    for (const each of [store, other]) {
      await expect(each.append(aStream(), "no-stream", [large])).rejects.toThrow(AppendTooLarge);
    }
    expect(esdb.server.appends).toMatchObject({ batch: 2, single: 1 });
    expect(esdb.retries).toBe(0);
  });

  test("is kept as JSON, byte for byte as it was given", async () => {
    await using esdb = await EsdbUnderTest.start();
    const store = esdb.open();
    const stream = aStream();
    const event = anEvent({ data: '{"voter":"bo","reason":"grün ✓"}', metadata: '{"org":"acme"}' });
    await store.append(stream, "no-stream", [event]);
    const kept = esdb.server.log.stream(stream)?.[0];
    expect(kept?.contentType).toBe("application/json");
    expect(textOf(kept?.data)).toBe(event.data);
    expect(textOf(kept?.metadata)).toBe(event.metadata);
  });

  test("whose answer was lost is sent again with the same ids and stands there once", async () => {
    await using esdb = await EsdbUnderTest.start();
    const store = esdb.open();
    const stream = aStream();
    await store.append(stream, "no-stream", [anEvent()]);
    esdb.server.faults.lostAnswers = 1;
    const events = someEvents(3);
    const result = await store.append(stream, 0n, events);
    const written = await allOf(store.readStream(stream, { from: 1n }));
    expect(idsOf(written)).toEqual(idsOf(events));
    expect(result).toEqual({ revision: 3n, position: written.at(-1)?.position });
    expect(esdb.retries).toBe(1);
  });

  test("that was lost on its way is sent again", async () => {
    await using esdb = await EsdbUnderTest.start();
    const store = esdb.open();
    const stream = aStream();
    esdb.server.faults.lostAppends = 3;
    const event = anEvent();
    await expect(store.append(stream, "no-stream", [event])).resolves.toMatchObject({
      revision: 0n,
    });
    expect(idsOf(await allOf(store.readStream(stream)))).toEqual([event.eventId]);
    expect(esdb.retries).toBe(3);
  });

  test("that was lost while another got in front of it is a conflict", async () => {
    await using esdb = await EsdbUnderTest.start();
    const store = esdb.open();
    const stream = aStream();
    await store.append(stream, "no-stream", [anEvent()]);
    esdb.server.faults.lostAppends = 1;
    const first = store.append(stream, 0n, [anEvent()]);
    const other = Buffer.from("{}");
    esdb.server.log.append(stream, 0n, [
      { id: anEvent().eventId, type: "VoteCast", contentType: "", data: other, metadata: other },
    ]);
    await expect(first).rejects.toThrow(WrongExpectedRevision);
    await expect(first).rejects.toMatchObject({ actual: 1n });
  });

  test("that stands there already is found, even if the server does not remember its ids", async () => {
    await using esdb = await EsdbUnderTest.start();
    const store = esdb.open();
    const stream = aStream();
    const [events, others] = [someEvents(3), someEvents(3)];
    const first = await store.append(stream, "no-stream", events);
    await store.append(stream, 2n, others);
    esdb.server.log.remembersIds = false;
    await expect(store.append(stream, "no-stream", events)).resolves.toEqual(first);
    for (const [expected, ids] of [
      ["no-stream", [...events, ...others.slice(1)]],
      ["no-stream", events.toReversed()],
      [2n, [...others, anEvent()]],
      [0n, events.slice(0, 2)],
    ] as const) {
      const append = store.append(stream, expected, ids);
      await expect(append).rejects.toThrow(WrongExpectedRevision);
      await expect(append).rejects.toMatchObject({ expected, actual: 5n });
    }
  });

  test("of many, all of whose answers were lost at once, is each written once", async () => {
    await using esdb = await EsdbUnderTest.start();
    const store = esdb.open();
    await store.append(aStream(), "no-stream", [anEvent()]);
    esdb.server.faults.lostAnswers = 5;
    const streams = Array.from({ length: 100 }, aStream);
    const results = await Promise.all(
      streams.map((stream) => store.append(stream, "no-stream", someEvents(2))),
    );
    for (const [n, stream] of streams.entries()) {
      const written = await allOf(store.readStream(stream));
      expect(written).toHaveLength(2);
      expect(results[n]).toEqual({ revision: 1n, position: written.at(-1)?.position });
    }
    expect(esdb.retries).toBeGreaterThan(0);
  });

  test("is taken by a server whose clock is ahead", async () => {
    await using esdb = await EsdbUnderTest.start();
    const [store, other] = [esdb.open(), esdb.open()];
    esdb.server.faults.clockAhead = 3_600_000;
    await store.append(aStream(), "no-stream", [anEvent()]);
    await other.append(aStream(), "no-stream", [anEvent()]);
    expect(esdb.server.appends).toMatchObject({ batch: 1, single: 1 });
    expect(esdb.retries).toBe(0);
  });

  test("waits for a server that has just started", async () => {
    await using esdb = await EsdbUnderTest.start();
    const store = esdb.open();
    esdb.server.faults.notReady = 4;
    const results = await Promise.all(
      Array.from({ length: 20 }, () => store.append(aStream(), "no-stream", [anEvent()])),
    );
    expect(results.map((result) => result.revision)).toEqual(Array(20).fill(0n));
    expect(esdb.retries).toBeGreaterThanOrEqual(4);
  });

  test("to a server that is away ends as unavailable, and succeeds when it is back", async () => {
    await using esdb = await EsdbUnderTest.start();
    const store = esdb.open({ appendTimeout: 300 });
    const stream = aStream();
    await store.append(stream, "no-stream", [anEvent()]);
    esdb.server.stop();
    const event = anEvent();
    await expect(store.append(stream, 0n, [event])).rejects.toThrow(StoreUnavailable);
    await esdb.server.start();
    await vi.waitFor(() => store.append(stream, 0n, [event]), { timeout: 5_000 });
    expect(await allOf(store.readStream(stream))).toHaveLength(2);
  });

  test("under way when the server goes down for a moment succeeds", async () => {
    await using esdb = await EsdbUnderTest.start();
    const store = esdb.open();
    const streams = Array.from({ length: 50 }, aStream);
    await store.append(aStream(), "no-stream", [anEvent()]);
    const appends = streams.map((stream) => store.append(stream, "no-stream", [anEvent()]));
    esdb.server.stop();
    await esdb.server.start();
    await Promise.all(appends);
    for (const stream of streams) expect(await allOf(store.readStream(stream))).toHaveLength(1);
    expect(esdb.retries).toBeGreaterThan(0);
  });

  test("goes on over a new connection when the old one stays silent", async () => {
    await using esdb = await EsdbUnderTest.start();
    vi.spyOn(console, "warn").mockReturnValue();
    const { proxy, connectionString } = await esdb.proxy();
    const store = esdb.open({ connectionString });
    const stream = aStream();
    await store.append(stream, "no-stream", [anEvent()]);
    proxy.freeze();
    const events = Array.from({ length: 20 }, () => anEvent());
    const appends = events.map((event) => store.append(aStream(), "no-stream", [event]));
    proxy.thawNewConnections();
    await expect(Promise.all(appends)).resolves.toHaveLength(20);
  });

  test("of much to a server that stopped reading leaves no rejection behind", async () => {
    await using esdb = await EsdbUnderTest.start();
    vi.spyOn(console, "warn").mockReturnValue();
    const { proxy, connectionString } = await esdb.proxy();
    const store = esdb.open({ connectionString, appendTimeout: 1_500 });
    await store.append(aStream(), "no-stream", [anEvent()]);
    proxy.freeze();
    const data = JSON.stringify("x".repeat(200_000));
    const results = await Promise.allSettled(
      Array.from({ length: 60 }, () => store.append(aStream(), "no-stream", [anEvent({ data })])),
    );
    const reasons = results.map((result) => result.status === "rejected" && result.reason);
    for (const reason of reasons) expect(reason).toBeInstanceOf(StoreUnavailable);
  });
});

describe("two stores of one process", () => {
  test("append beside each other, one of them call by call", async () => {
    await using esdb = await EsdbUnderTest.start();
    const [one, other] = [esdb.open(), esdb.open()];
    const [a, b] = [aStream(), aStream()];
    await one.append(a, "no-stream", [anEvent()]);
    await other.append(b, "no-stream", someEvents(2));
    await expect(other.append(b, 0n, [anEvent()])).rejects.toMatchObject({ actual: 1n });
    expect(esdb.server.appends).toMatchObject({ batch: 1, single: 2 });
  });

  test("do not take each other's appends along when one loses its connection or closes", async () => {
    await using esdb = await EsdbUnderTest.start();
    await using elsewhere = await EsdbUnderTest.start();
    const [one, other] = [esdb.open(), elsewhere.open()];
    await one.append(aStream(), "no-stream", [anEvent()]);
    await other.append(aStream(), "no-stream", [anEvent()]);
    const appendsTo = (store: EventStore) =>
      Array.from({ length: 50 }, () => store.append(aStream(), "no-stream", [anEvent()]));
    for (let round = 0; round < 5; round++) {
      const sound = appendsTo(other);
      esdb.server.faults.lostAnswers = 1;
      await one.append(aStream(), "no-stream", [anEvent()]);
      await Promise.all(sound);
    }
    const sound = appendsTo(other);
    await one.close();
    await expect(Promise.all(sound)).resolves.toHaveLength(50);
    expect(esdb.retries).toBe(5);
    expect(elsewhere.retries).toBe(0);
  });
});
