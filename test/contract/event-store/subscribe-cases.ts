import { describe, expect, test } from "vitest";
import type { RecordedEvent } from "@countersign/event-store/event-store.ts";
import {
  aCategory,
  allOf,
  anEvent,
  idsOf,
  someEvents,
} from "../../testkit/event-store/example-events.ts";
import { RecordingSubscriber } from "../../testkit/event-store/recording-subscriber.ts";
import type { Opened } from "./suite.ts";

/** Where a subscription begins and how it becomes live. */
export const subscribeCases = (opened: Opened): void => {
  describe("a subscription", () => {
    test("from the start delivers what was there and then what comes", async () => {
      const { store } = opened();
      const category = aCategory();
      const before = someEvents(3);
      await store.append(`${category}-a`, "no-stream", before);
      const subscriber = new RecordingSubscriber();
      store.subscribe({ from: "start", streamPrefixes: [`${category}-`] }, subscriber);
      await subscriber.untilLive();
      const after = someEvents(2);
      await store.append(`${category}-b`, "no-stream", after);
      await subscriber.until((self) => self.received.length >= 5);
      expect(subscriber.ids).toEqual(idsOf([...before, ...after]));
    });

    test("delivers the same events that a read answers", async () => {
      const { store } = opened();
      const category = aCategory();
      await store.append(`${category}-a`, "no-stream", someEvents(3));
      const subscriber = new RecordingSubscriber();
      store.subscribe({ from: "start", streamPrefixes: [`${category}-`] }, subscriber);
      await subscriber.untilLive();
      await store.append(`${category}-a`, 2n, someEvents(2));
      await subscriber.until((self) => self.received.length >= 5);
      expect(subscriber.received).toEqual(await allOf(store.readStream(`${category}-a`)));
    });

    test("may be handed what texts were made from, as the appender gave it, and from its own process only", async () => {
      const { store } = opened();
      const category = aCategory();
      const subscriber = new RecordingSubscriber();
      store.subscribe({ from: "start", streamPrefixes: [`${category}-`] }, subscriber);
      await subscriber.untilLive();
      const data = { n: 1 };
      const metadata = { actor: "bo" };
      const dataText = JSON.stringify(data);
      const metadataText = JSON.stringify(metadata);
      const event = anEvent({ data: dataText, metadata: metadataText });
      const decided = { event: { type: event.type, data }, metadata, dataText, metadataText };
      await store.append(`${category}-a`, "no-stream", [{ ...event, decided }, anEvent()]);
      await subscriber.until((self) => self.received.length >= 2);
      const [first, second] = subscriber.received;
      expect(first).toMatchObject(event);
      expect([undefined, decided]).toContain(first?.decided);
      expect(second?.decided).toBeUndefined();
    });

    test("calls live once, when the history is through", async () => {
      const { store } = opened();
      const category = aCategory();
      await store.append(`${category}-a`, "no-stream", someEvents(7));
      const subscriber = new RecordingSubscriber();
      store.subscribe({ from: "start", streamPrefixes: [`${category}-`] }, subscriber);
      await subscriber.untilLive();
      expect(subscriber.liveAt).toEqual([7]);
      await store.append(`${category}-a`, 6n, someEvents(3));
      await subscriber.until((self) => self.received.length >= 10);
      expect(subscriber.liveAt).toEqual([7]);
    });

    test("becomes live when there is nothing to deliver", async () => {
      const { store } = opened();
      const subscriber = new RecordingSubscriber();
      store.subscribe({ from: "start", streamPrefixes: [`${aCategory()}-`] }, subscriber);
      await subscriber.untilLive();
      expect(subscriber.liveAt).toEqual([0]);
      expect(subscriber.deliveries).toEqual([]);
    });

    test("from a checkpoint begins behind it", async () => {
      const { store } = opened();
      const category = aCategory();
      const [before, after] = [someEvents(3), someEvents(3)];
      await store.append(`${category}-a`, "no-stream", before);
      const first = new RecordingSubscriber();
      const subscription = store.subscribe(
        { from: "start", streamPrefixes: [`${category}-`] },
        first,
      );
      await first.untilLive();
      await subscription.close();
      await store.append(`${category}-a`, 2n, after);

      const second = new RecordingSubscriber();
      const from = first.deliveries.at(-1)?.checkpoint ?? "start";
      store.subscribe({ from, streamPrefixes: [`${category}-`] }, second);
      await second.untilLive();
      expect(second.ids).toEqual(idsOf(after));
    });

    test("from the last checkpoint has no history and becomes live", async () => {
      const { store } = opened();
      const category = aCategory();
      await store.append(`${category}-a`, "no-stream", someEvents(3));
      const first = new RecordingSubscriber();
      store.subscribe({ from: "start", streamPrefixes: [`${category}-`] }, first);
      await first.untilLive();
      const second = new RecordingSubscriber();
      const from = first.deliveries.at(-1)?.checkpoint ?? "start";
      store.subscribe({ from, streamPrefixes: [`${category}-`] }, second);
      await second.untilLive();
      expect(second.deliveries).toEqual([]);
    });

    test("resumes from every checkpoint without loss or repeat", async () => {
      const { store } = opened();
      const category = aCategory();
      const first = new RecordingSubscriber();
      store.subscribe({ from: "start", streamPrefixes: [`${category}-`] }, first);
      await first.untilLive();
      for (let n = 0; n < 12; n++) {
        await store.append(`${category}-${n}`, "no-stream", someEvents(1 + (n % 5)));
      }
      const last = anEvent();
      await store.append(`${category}-last`, "no-stream", [last]);
      await first.untilId(last.eventId);

      let seen = 0;
      for (const { batch, checkpoint } of first.deliveries) {
        seen += batch.length;
        const resumed = new RecordingSubscriber();
        const subscription = store.subscribe(
          { from: checkpoint, streamPrefixes: [`${category}-`] },
          resumed,
        );
        await (seen === first.received.length
          ? resumed.untilLive()
          : resumed.untilId(last.eventId));
        await subscription.close();
        expect(resumed.ids).toEqual(first.ids.slice(seen));
      }
      expect(first.deliveries.length).toBeGreaterThan(1);
      expect(seen).toBe(first.received.length);
    });

    test("resumes from a checkpoint after the store was opened again", async ({ skip }) => {
      const { store, reopen } = opened();
      if (reopen === undefined) return skip();
      const category = aCategory();
      const first = new RecordingSubscriber();
      store.subscribe({ from: "start", streamPrefixes: [`${category}-`] }, first);
      await store.append(`${category}-a`, "no-stream", someEvents(3));
      await first.until((self) => self.received.length >= 3);
      const after = someEvents(2);
      await store.append(`${category}-a`, 2n, after);
      await first.until((self) => self.received.length >= 5);
      const delivered = first.deliveries.find(({ batch }) => batch.at(-1)?.revision === 2n);

      const again = await reopen();
      const second = new RecordingSubscriber();
      again.subscribe(
        { from: delivered?.checkpoint ?? "start", streamPrefixes: [`${category}-`] },
        second,
      );
      await second.untilLive();
      expect(second.ids).toEqual(idsOf(after));
    });

    test("delivers a long history in batches of at most 1,000, none empty", async () => {
      const { store } = opened();
      const category = aCategory();
      const events: string[] = [];
      for (let n = 0; n < 5; n++) {
        const some = someEvents(500);
        events.push(...idsOf(some));
        await store.append(`${category}-${n}`, "no-stream", some);
      }
      const subscriber = new RecordingSubscriber();
      store.subscribe({ from: "start", streamPrefixes: [`${category}-`] }, subscriber);
      await subscriber.untilLive();
      expect(subscriber.ids).toEqual(events);
      const sizes = subscriber.deliveries.map(({ batch }) => batch.length);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(1_000);
      expect(Math.min(...sizes)).toBeGreaterThanOrEqual(1);
    });

    test("delivers in the order of positions, each stream in the order of revisions", async () => {
      const { store } = opened();
      const category = aCategory();
      const subscriber = new RecordingSubscriber();
      store.subscribe({ from: "start", streamPrefixes: [`${category}-`] }, subscriber);
      const streams = ["a", "b", "c", "d"].map((id) => `${category}-${id}`);
      await Promise.all(
        streams.map(async (stream) => {
          for (let n = 0; n < 10; n++) {
            await store.append(stream, n === 0 ? "no-stream" : BigInt(n - 1), [anEvent()]);
          }
        }),
      );
      await subscriber.until((self) => self.received.length >= 40);
      const positions = subscriber.received.map((event) => event.position);
      expect(positions).toEqual(positions.toSorted((a, b) => (a < b ? -1 : 1)));
      for (const stream of streams) {
        const own = subscriber.received.filter((event: RecordedEvent) => event.stream === stream);
        expect(own.map((event) => event.revision)).toEqual(own.map((_, n) => BigInt(n)));
        expect(own).toHaveLength(10);
      }
    });

    test("of several each gets everything, wherever it began", async () => {
      const { store } = opened();
      const category = aCategory();
      const streamPrefixes = [`${category}-`];
      const early = new RecordingSubscriber();
      store.subscribe({ from: "start", streamPrefixes }, early);
      await store.append(`${category}-a`, "no-stream", someEvents(3));
      await early.until((self) => self.received.length >= 3);
      const late = new RecordingSubscriber();
      store.subscribe({ from: "start", streamPrefixes }, late);
      const behind = new RecordingSubscriber();
      store.subscribe(
        { from: early.deliveries.at(-1)?.checkpoint ?? "start", streamPrefixes },
        behind,
      );
      const last = anEvent();
      await store.append(`${category}-a`, 2n, [last]);
      await Promise.all(
        [early, late, behind].map((subscriber) => subscriber.untilId(last.eventId)),
      );
      expect(late.ids).toEqual(early.ids);
      expect(behind.ids).toEqual([last.eventId]);
    });

    test("hears nothing of an append that was refused", async () => {
      const { store } = opened();
      const category = aCategory();
      const subscriber = new RecordingSubscriber();
      store.subscribe({ from: "start", streamPrefixes: [`${category}-`] }, subscriber);
      const [one, two] = [anEvent(), anEvent()];
      await store.append(`${category}-a`, "no-stream", [one]);
      await expect(store.append(`${category}-a`, "no-stream", [anEvent()])).rejects.toThrow();
      await store.append(`${category}-a`, 0n, [two]);
      await subscriber.untilId(two.eventId);
      expect(subscriber.ids).toEqual([one.eventId, two.eventId]);
    });
  });
};
