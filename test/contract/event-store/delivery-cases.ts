import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { aCategory, anEvent, idsOf, someEvents } from "../../testkit/event-store/example-events.ts";
import { RecordingSubscriber } from "../../testkit/event-store/recording-subscriber.ts";
import type { Opened } from "./suite.ts";

/** Slow subscribers, failing ones, and those that stop. */
export const deliveryCases = (opened: Opened): void => {
  describe("a subscriber", () => {
    test("that answers a promise gets the next batch only after it settled", async () => {
      const { store } = opened();
      const category = aCategory();
      let underWay = 0;
      let most = 0;
      const subscriber = new RecordingSubscriber({
        events: async () => {
          most = Math.max(most, ++underWay);
          await nextTurn();
          await nextTurn();
          underWay--;
        },
      });
      store.subscribe({ from: "start", streamPrefixes: [`${category}-`] }, subscriber);
      const events = someEvents(30);
      for (const [n, event] of events.entries()) {
        await store.append(`${category}-${n}`, "no-stream", [event]);
      }
      await subscriber.until((self) => self.received.length >= 30);
      expect(subscriber.ids).toEqual(idsOf(events));
      expect(most).toBe(1);
    });

    test("that holds on to a batch stops neither appends nor other subscribers", async () => {
      const { store } = opened();
      const category = aCategory();
      const streamPrefixes = [`${category}-`];
      const gate = Promise.withResolvers<void>();
      const slow = new RecordingSubscriber({ events: () => gate.promise });
      const quick = new RecordingSubscriber();
      store.subscribe({ from: "start", streamPrefixes }, slow);
      store.subscribe({ from: "start", streamPrefixes }, quick);
      const events = someEvents(20);
      for (const [n, event] of events.entries()) {
        await store.append(`${category}-${n}`, "no-stream", [event]);
      }
      await quick.until((self) => self.received.length >= 20);
      expect(slow.deliveries.length).toBeLessThanOrEqual(1);
      gate.resolve();
      await slow.until((self) => self.received.length >= 20);
      expect(slow.ids).toEqual(idsOf(events));
    });

    test("that throws ends its subscription with that error and gets nothing more", async () => {
      const { store } = opened();
      const category = aCategory();
      const streamPrefixes = [`${category}-`];
      const fault = new Error("cannot project this");
      const failing = new RecordingSubscriber({
        events: () => {
          throw fault;
        },
      });
      const sound = new RecordingSubscriber();
      const subscription = store.subscribe({ from: "start", streamPrefixes }, failing);
      const ended = expect(subscription.closed).rejects.toBe(fault);
      store.subscribe({ from: "start", streamPrefixes }, sound);
      const [one, two] = [anEvent(), anEvent()];
      await store.append(`${category}-a`, "no-stream", [one]);
      await ended;
      await store.append(`${category}-a`, 0n, [two]);
      await sound.untilId(two.eventId);
      expect(sound.ids).toEqual([one.eventId, two.eventId]);
      expect(failing.deliveries).toHaveLength(1);
    });

    test("that throws over its history ends its subscription", async () => {
      const { store } = opened();
      const category = aCategory();
      await store.append(`${category}-a`, "no-stream", someEvents(3));
      const fault = new Error("cannot project this");
      const failing = new RecordingSubscriber({
        events: () => {
          throw fault;
        },
      });
      const subscription = store.subscribe(
        { from: "start", streamPrefixes: [`${category}-`] },
        failing,
      );
      await expect(subscription.closed).rejects.toBe(fault);
      expect(failing.liveAt).toEqual([]);
    });

    test("that rejects ends its subscription with that error", async () => {
      const { store } = opened();
      const category = aCategory();
      const fault = new Error("the table is gone");
      const failing = new RecordingSubscriber({ events: () => Promise.reject(fault) });
      const subscription = store.subscribe(
        { from: "start", streamPrefixes: [`${category}-`] },
        failing,
      );
      const ended = expect(subscription.closed).rejects.toBe(fault);
      await store.append(`${category}-a`, "no-stream", [anEvent()]);
      await ended;
      expect(failing.deliveries).toHaveLength(1);
    });

    test("that failed may close, and may subscribe again from where it was", async () => {
      const { store } = opened();
      const category = aCategory();
      const streamPrefixes = [`${category}-`];
      const failing = new RecordingSubscriber({
        events: () => Promise.reject(new Error("not now")),
      });
      const subscription = store.subscribe({ from: "start", streamPrefixes }, failing);
      const ended = expect(subscription.closed).rejects.toThrow("not now");
      const event = anEvent();
      await store.append(`${category}-a`, "no-stream", [event]);
      await ended;
      await subscription.close();
      const again = new RecordingSubscriber();
      store.subscribe({ from: "start", streamPrefixes }, again);
      await again.untilLive();
      expect(again.ids).toEqual([event.eventId]);
    });

    test("that closed gets nothing more", async () => {
      const { store } = opened();
      const category = aCategory();
      const streamPrefixes = [`${category}-`];
      const leaving = new RecordingSubscriber();
      const staying = new RecordingSubscriber();
      const subscription = store.subscribe({ from: "start", streamPrefixes }, leaving);
      store.subscribe({ from: "start", streamPrefixes }, staying);
      const [one, two] = [anEvent(), anEvent()];
      await store.append(`${category}-a`, "no-stream", [one]);
      await leaving.untilId(one.eventId);
      await subscription.close();
      await subscription.closed;
      await store.append(`${category}-a`, 0n, [two]);
      await staying.untilId(two.eventId);
      expect(leaving.ids).toEqual([one.eventId]);
    });

    test("may close at once, before anything came", async () => {
      const { store } = opened();
      const category = aCategory();
      await store.append(`${category}-a`, "no-stream", someEvents(3));
      const subscriber = new RecordingSubscriber();
      const subscription = store.subscribe(
        { from: "start", streamPrefixes: [`${category}-`] },
        subscriber,
      );
      await subscription.close();
      await subscription.closed;
      const then = subscriber.deliveries.length;
      await store.append(`${category}-a`, 2n, someEvents(3));
      const witness = new RecordingSubscriber();
      store.subscribe({ from: "start", streamPrefixes: [`${category}-`] }, witness);
      await witness.untilLive();
      expect(subscriber.deliveries).toHaveLength(then);
    });

    test("may close twice", async () => {
      const { store } = opened();
      const subscription = store.subscribe(
        { from: "start", streamPrefixes: [`${aCategory()}-`] },
        new RecordingSubscriber(),
      );
      await Promise.all([subscription.close(), subscription.close()]);
      await subscription.close();
      await expect(subscription.closed).resolves.toBeUndefined();
    });

    test("may close while it is given a batch", async () => {
      const { store } = opened();
      const category = aCategory();
      const subscriber = new RecordingSubscriber({
        events: () => {
          void subscription.close();
        },
      });
      const subscription = store.subscribe(
        { from: "start", streamPrefixes: [`${category}-`] },
        subscriber,
      );
      await store.append(`${category}-a`, "no-stream", [anEvent()]);
      await subscription.closed;
      await store.append(`${category}-a`, 0n, [anEvent()]);
      expect(subscriber.received).toHaveLength(1);
    });

    test("closes only when its batch in flight is done", async () => {
      const { store } = opened();
      const category = aCategory();
      const gate = Promise.withResolvers<void>();
      const order: string[] = [];
      const subscriber = new RecordingSubscriber({
        events: async () => {
          await gate.promise;
          order.push("batch done");
        },
      });
      const subscription = store.subscribe(
        { from: "start", streamPrefixes: [`${category}-`] },
        subscriber,
      );
      const event = anEvent();
      await store.append(`${category}-a`, "no-stream", [event]);
      await subscriber.untilId(event.eventId);
      const closing = subscription.close().then(() => order.push("closed"));
      await nextTurn();
      gate.resolve();
      await closing;
      expect(order).toEqual(["batch done", "closed"]);
    });

    test("may append what an event asks for and wait for it", async () => {
      const { store } = opened();
      const category = aCategory();
      const subscriber = new RecordingSubscriber({
        events: async (batch) => {
          for (const event of batch) {
            const [, step = "0"] = event.stream.split("-");
            if (step !== "5")
              await store.append(`${category}-${Number(step) + 1}`, "no-stream", [anEvent()]);
          }
        },
      });
      store.subscribe({ from: "start", streamPrefixes: [`${category}-`] }, subscriber);
      await store.append(`${category}-0`, "no-stream", [anEvent()]);
      await subscriber.until((self) => self.received.length >= 6);
      expect(subscriber.received.map((event) => event.stream)).toEqual(
        ["0", "1", "2", "3", "4", "5"].map((step) => `${category}-${step}`),
      );
    });
  });
};
