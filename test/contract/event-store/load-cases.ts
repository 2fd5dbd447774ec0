import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { EventStore } from "@countersign/event-store/event-store.ts";
import { aCategory, anEvent, idsOf, someEvents } from "../../testkit/event-store/example-events.ts";
import { RecordingSubscriber } from "../../testkit/event-store/recording-subscriber.ts";
import type { Opened } from "./suite.ts";

const appenders = 64;
const appendsEach = 10;

/** 64 callers, each appending ten times to its own stream without waiting for the others. Answers all ids. */
const manyAppenders = async (store: EventStore, category: string): Promise<string[]> => {
  const ids: string[] = [];
  await Promise.all(
    Array.from({ length: appenders }, async (_, appender) => {
      for (let n = 0; n < appendsEach; n++) {
        const event = anEvent();
        ids.push(event.eventId);
        await store.append(`${category}-${appender}`, n === 0 ? "no-stream" : BigInt(n - 1), [
          event,
        ]);
      }
    }),
  );
  return ids;
};

const expectEachOnce = (subscriber: RecordingSubscriber, ids: readonly string[]): void => {
  expect(subscriber.ids.toSorted()).toEqual(ids.toSorted());
  const positions = subscriber.received.map((event) => event.position);
  expect(positions).toEqual(positions.toSorted((a, b) => (a < b ? -1 : 1)));
};

/** Much at once: nothing is lost, nothing comes twice. */
export const loadCases = (opened: Opened): void => {
  describe("much at once", () => {
    test("one append of 200 events reaches a live subscriber whole", async () => {
      const { store } = opened();
      const category = aCategory();
      const subscriber = new RecordingSubscriber();
      store.subscribe({ from: "start", streamPrefixes: [`${category}-`] }, subscriber);
      await subscriber.untilLive();
      const events = someEvents(200);
      await store.append(`${category}-a`, "no-stream", events);
      await subscriber.until((self) => self.received.length >= 200);
      expect(subscriber.ids).toEqual(idsOf(events));
    });

    test("bursts one after the other reach a live subscriber whole", async () => {
      const { store } = opened();
      const category = aCategory();
      const subscriber = new RecordingSubscriber();
      store.subscribe({ from: "start", streamPrefixes: [`${category}-`] }, subscriber);
      await subscriber.untilLive();
      const ids: string[] = [];
      for (let n = 0; n < 5; n++) {
        const events = someEvents(200);
        ids.push(...idsOf(events));
        await store.append(`${category}-${n}`, "no-stream", events);
      }
      await subscriber.until((self) => self.received.length >= 1_000);
      expect(subscriber.ids).toEqual(ids);
    });

    test("64 appenders reach a live subscriber without loss or repeat", async () => {
      const { store } = opened();
      const category = aCategory();
      const subscriber = new RecordingSubscriber();
      store.subscribe({ from: "start", streamPrefixes: [`${category}-`] }, subscriber);
      await subscriber.untilLive();
      const ids = await manyAppenders(store, category);
      await subscriber.until((self) => self.received.length >= ids.length);
      expectEachOnce(subscriber, ids);
    });

    test("64 appenders reach a slow subscriber without loss or repeat", async () => {
      const { store } = opened();
      const category = aCategory();
      const subscriber = new RecordingSubscriber({ events: () => nextTurn() });
      store.subscribe({ from: "start", streamPrefixes: [`${category}-`] }, subscriber);
      const ids = await manyAppenders(store, category);
      await subscriber.until((self) => self.received.length >= ids.length);
      expectEachOnce(subscriber, ids);
    });

    test("who subscribes in the middle of it misses nothing between history and live", async () => {
      const { store } = opened();
      const category = aCategory();
      const subscribers: RecordingSubscriber[] = [];
      const appending = manyAppenders(store, category);
      for (let n = 0; n < 5; n++) {
        await store.append(`${category}-own${n}`, "no-stream", [anEvent()]);
        const subscriber = new RecordingSubscriber(n % 2 === 0 ? {} : { events: () => nextTurn() });
        subscribers.push(subscriber);
        store.subscribe({ from: "start", streamPrefixes: [`${category}-`] }, subscriber);
      }
      const ids = await appending;
      for (const subscriber of subscribers) {
        await subscriber.until((self) => self.received.length >= ids.length + 5);
        expect(subscriber.ids).toEqual(subscribers[0]?.ids);
        expect(new Set(subscriber.ids).size).toBe(ids.length + 5);
      }
    });

    test("64 who want the same stream get in one after the other", async () => {
      const { store } = opened();
      const stream = `${aCategory()}-acme.main`;
      await store.append(stream, "no-stream", [anEvent()]);
      let conflicts = 0;
      const revisions = await Promise.all(
        Array.from({ length: appenders }, async () => {
          const event = anEvent();
          let at = 0n;
          for (;;) {
            try {
              return (await store.append(stream, at, [event])).revision;
            } catch (error) {
              conflicts++;
              at = (error as { actual: bigint }).actual;
            }
          }
        }),
      );
      expect(new Set(revisions).size).toBe(appenders);
      expect(revisions.reduce((most, revision) => (revision > most ? revision : most))).toBe(64n);
      expect(conflicts).toBeGreaterThan(0);
    });
  });
};
