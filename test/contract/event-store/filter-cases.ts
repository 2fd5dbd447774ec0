import { describe, expect, test } from "vitest";
import { aCategory, anEvent, idsOf, someEvents } from "../../testkit/event-store/example-events.ts";
import { RecordingSubscriber } from "../../testkit/event-store/recording-subscriber.ts";
import type { Opened } from "./suite.ts";

/** Which streams a subscription hears, and how it gets past the others. */
export const filterCases = (opened: Opened): void => {
  describe("a subscription to some streams", () => {
    test("delivers only what begins as named, history and live", async () => {
      const { store } = opened();
      const [own, foreign] = [aCategory(), aCategory()];
      const [before, after] = [someEvents(3), someEvents(3)];
      await store.append(`${foreign}-a`, "no-stream", someEvents(3));
      await store.append(`${own}-a`, "no-stream", before);
      const subscriber = new RecordingSubscriber();
      store.subscribe({ from: "start", streamPrefixes: [`${own}-`] }, subscriber);
      await subscriber.untilLive();
      await store.append(`${foreign}-a`, 2n, someEvents(3));
      await store.append(`${own}-a`, 2n, after);
      await subscriber.until((self) => self.received.length >= 6);
      expect(subscriber.ids).toEqual(idsOf([...before, ...after]));
    });

    test("delivers what begins as any of the names", async () => {
      const { store } = opened();
      const [one, other, foreign] = [aCategory(), aCategory(), aCategory()];
      const events = someEvents(4);
      const [a, b, c, d] = events.map((event) => [event]);
      const subscriber = new RecordingSubscriber();
      await store.append(`${one}-x`, "no-stream", a ?? []);
      await store.append(`${foreign}-x`, "no-stream", b ?? []);
      await store.append(`${other}-x`, "no-stream", c ?? []);
      store.subscribe({ from: "start", streamPrefixes: [`${one}-`, `${other}-`] }, subscriber);
      await store.append(`${one}-y`, "no-stream", d ?? []);
      await subscriber.until((self) => self.received.length >= 3);
      expect(subscriber.ids).toEqual(idsOf([...(a ?? []), ...(c ?? []), ...(d ?? [])]));
    });

    test("tells a category from a longer one that begins alike", async () => {
      const { store } = opened();
      const category = aCategory();
      await store.append(`${category}x-a`, "no-stream", [anEvent()]);
      const own = anEvent();
      await store.append(`${category}-a`, "no-stream", [own]);
      const subscriber = new RecordingSubscriber();
      store.subscribe({ from: "start", streamPrefixes: [`${category}-`] }, subscriber);
      await subscriber.untilLive();
      expect(subscriber.ids).toEqual([own.eventId]);
    });

    test("takes signs in a prefix as they are, not as a pattern", async () => {
      const { store } = opened();
      const category = aCategory();
      await store.append(`${category}-acmeXmain`, "no-stream", [anEvent()]);
      const own = anEvent();
      await store.append(`${category}-acme.main`, "no-stream", [own]);
      await store.append(`${category}-acme_main`, "no-stream", [anEvent()]);
      const subscriber = new RecordingSubscriber();
      store.subscribe({ from: "start", streamPrefixes: [`${category}-acme.`] }, subscriber);
      await subscriber.untilLive();
      expect(subscriber.ids).toEqual([own.eventId]);
    });

    test("is told how far it came past a foreign history, and resumes from there", async () => {
      const { store } = opened();
      const [own, foreign] = [aCategory(), aCategory()];
      const first = new RecordingSubscriber();
      const streamPrefixes = [`${own}-`];
      for (let n = 0; n < 4; n++)
        await store.append(`${foreign}-${n}`, "no-stream", someEvents(500));
      const subscription = store.subscribe({ from: "start", streamPrefixes }, first);
      await first.until((self) => self.passes.length > 0);
      await subscription.close();
      expect(first.deliveries).toEqual([]);

      const event = anEvent();
      await store.append(`${own}-a`, "no-stream", [event]);
      const second = new RecordingSubscriber();
      store.subscribe({ from: first.passes.at(-1) ?? "start", streamPrefixes }, second);
      await second.untilLive();
      expect(second.ids).toEqual([event.eventId]);
    });

    test("is told how far it came past foreign events while it is live", async () => {
      const { store } = opened();
      const [own, foreign] = [aCategory(), aCategory()];
      const streamPrefixes = [`${own}-`];
      const first = new RecordingSubscriber();
      const subscription = store.subscribe({ from: "start", streamPrefixes }, first);
      await first.untilLive();
      const before = first.passes.length;
      for (let n = 0; n < 4; n++)
        await store.append(`${foreign}-${n}`, "no-stream", someEvents(500));
      await first.until((self) => self.passes.length > before);
      await subscription.close();

      const event = anEvent();
      await store.append(`${own}-a`, "no-stream", [event]);
      const second = new RecordingSubscriber();
      store.subscribe({ from: first.passes.at(-1) ?? "start", streamPrefixes }, second);
      await second.untilLive();
      expect(second.ids).toEqual([event.eventId]);
    });

    test("without names hears every stream but the store's own", async () => {
      const { store } = opened();
      const [one, other] = [aCategory(), aCategory()];
      const [a, b] = [anEvent(), anEvent()];
      await store.append(`${one}-a`, "no-stream", [a]);
      const subscriber = new RecordingSubscriber();
      store.subscribe({ from: "start" }, subscriber);
      await store.append(`${other}-a`, "no-stream", [b]);
      await subscriber.untilId(b.eventId);
      expect(subscriber.ids.filter((id) => id === a.eventId || id === b.eventId)).toEqual([
        a.eventId,
        b.eventId,
      ]);
      expect(subscriber.received.filter((event) => event.stream.startsWith("$"))).toEqual([]);
    });
  });
};
