import { describe, expect, test } from "vitest";
import { WrongExpectedRevision } from "@countersign/event-store/errors.ts";
import {
  aCategory,
  allOf,
  aStream,
  anEvent,
  idsOf,
  someEvents,
} from "../../testkit/event-store/example-events.ts";
import { RecordingSubscriber } from "../../testkit/event-store/recording-subscriber.ts";
import type { Opened } from "./suite.ts";

/** An append that is sent again because its answer was lost. */
export const idempotenceCases = (opened: Opened): void => {
  describe("an append that is sent again", () => {
    test("as the first of its stream answers the first result and writes nothing", async () => {
      const { store } = opened();
      const stream = aStream();
      const events = someEvents(3);
      const first = await store.append(stream, "no-stream", events);
      expect(await store.append(stream, "no-stream", events)).toEqual(first);
      expect(idsOf(await allOf(store.readStream(stream)))).toEqual(idsOf(events));
    });

    test("at its own revision answers the first result", async () => {
      const { store } = opened();
      const stream = aStream();
      await store.append(stream, "no-stream", someEvents(2));
      const events = someEvents(2);
      const first = await store.append(stream, 1n, events);
      expect(await store.append(stream, 1n, events)).toEqual(first);
      expect(await allOf(store.readStream(stream))).toHaveLength(4);
    });

    test("answers its own last revision, even when the stream went on", async () => {
      const { store } = opened();
      const stream = aStream();
      const events = someEvents(2);
      const first = await store.append(stream, "no-stream", events);
      await store.append(stream, 1n, someEvents(5));
      expect(await store.append(stream, "no-stream", events)).toEqual(first);
      expect(first.revision).toBe(1n);
    });

    test("many times answers the first result every time", async () => {
      const { store } = opened();
      const stream = aStream();
      const events = [anEvent()];
      const first = await store.append(stream, "no-stream", events);
      for (let n = 0; n < 10; n++) {
        expect(await store.append(stream, "no-stream", events)).toEqual(first);
      }
    });

    test("at the same moment is written once, and both get one result", async () => {
      const { store } = opened();
      const stream = aStream();
      const events = someEvents(2);
      const [one, two] = await Promise.all([
        store.append(stream, "no-stream", events),
        store.append(stream, "no-stream", events),
      ]);
      expect(one).toEqual(two);
      expect(idsOf(await allOf(store.readStream(stream)))).toEqual(idsOf(events));
    });

    test("after the store was opened again answers the first result", async ({ skip }) => {
      const { store, reopen } = opened();
      if (reopen === undefined) return skip();
      const stream = aStream();
      const events = someEvents(3);
      const first = await store.append(stream, "no-stream", events);
      const again = await reopen();
      expect(await again.append(stream, "no-stream", events)).toEqual(first);
      expect(idsOf(await allOf(again.readStream(stream)))).toEqual(idsOf(events));
    });

    test("with other data keeps what was written first: compared by id alone", async () => {
      const { store } = opened();
      const stream = aStream();
      const event = anEvent({ data: '{"n":1}' });
      const first = await store.append(stream, "no-stream", [event]);
      const other = { ...event, type: "VoteWithdrawn", data: '{"n":2}', metadata: '{"m":2}' };
      expect(await store.append(stream, "no-stream", [other])).toEqual(first);
      expect(await allOf(store.readStream(stream))).toMatchObject([event]);
    });

    test("only in its first part answers for that part", async () => {
      const { store } = opened();
      const stream = aStream();
      const events = someEvents(3);
      await store.append(stream, "no-stream", events);
      const part = await store.append(stream, "no-stream", events.slice(0, 2));
      expect(part.revision).toBe(1n);
      expect(await allOf(store.readStream(stream))).toHaveLength(3);
    });

    test("with something new behind is a conflict: all or nothing", async () => {
      const { store } = opened();
      const stream = aStream();
      const old = anEvent();
      await store.append(stream, "no-stream", [old]);
      await expect(store.append(stream, "no-stream", [old, anEvent()])).rejects.toThrow(
        WrongExpectedRevision,
      );
      expect(idsOf(await allOf(store.readStream(stream)))).toEqual([old.eventId]);
    });

    test("with something new before is a conflict", async () => {
      const { store } = opened();
      const stream = aStream();
      const old = anEvent();
      await store.append(stream, "no-stream", [old]);
      await expect(store.append(stream, "no-stream", [anEvent(), old])).rejects.toThrow(
        WrongExpectedRevision,
      );
      expect(idsOf(await allOf(store.readStream(stream)))).toEqual([old.eventId]);
    });

    test("with one id of it replaced is a conflict", async () => {
      const { store } = opened();
      const stream = aStream();
      const [one, two, three] = [anEvent(), anEvent(), anEvent()];
      await store.append(stream, "no-stream", [one, two, three]);
      await expect(store.append(stream, "no-stream", [one, anEvent(), three])).rejects.toThrow(
        WrongExpectedRevision,
      );
      expect(await allOf(store.readStream(stream))).toHaveLength(3);
    });

    test("in another order is a conflict", async () => {
      const { store } = opened();
      const stream = aStream();
      const events = someEvents(2);
      await store.append(stream, "no-stream", events);
      await expect(store.append(stream, "no-stream", events.toReversed())).rejects.toThrow(
        WrongExpectedRevision,
      );
    });

    test("at a place where it does not stand is a conflict", async () => {
      const { store } = opened();
      const stream = aStream();
      const late = anEvent();
      await store.append(stream, "no-stream", someEvents(2));
      await store.append(stream, 1n, [late]);
      await expect(store.append(stream, 0n, [late])).rejects.toThrow(WrongExpectedRevision);
    });

    test("at the current revision is written a second time: ids are not unique", async () => {
      const { store } = opened();
      const stream = aStream();
      const event = anEvent();
      await store.append(stream, "no-stream", [event]);
      await expect(store.append(stream, 0n, [event])).resolves.toMatchObject({ revision: 1n });
      expect(idsOf(await allOf(store.readStream(stream)))).toEqual([event.eventId, event.eventId]);
    });

    test("to another stream is an append of its own", async () => {
      const { store } = opened();
      const event = anEvent();
      const [one, other] = [aStream(), aStream()];
      await store.append(one, "no-stream", [event]);
      await store.append(other, "no-stream", [event]);
      expect(idsOf(await allOf(store.readStream(other)))).toEqual([event.eventId]);
    });

    test("is delivered to a subscriber once", async () => {
      const { store } = opened();
      const category = aCategory();
      const stream = `${category}-acme.main`;
      const subscriber = new RecordingSubscriber();
      store.subscribe({ from: "start", streamPrefixes: [`${category}-`] }, subscriber);
      const events = someEvents(2);
      await store.append(stream, "no-stream", events);
      await store.append(stream, "no-stream", events);
      const last = anEvent();
      await store.append(stream, 1n, [last]);
      await subscriber.untilId(last.eventId);
      expect(subscriber.ids).toEqual([...idsOf(events), last.eventId]);
    });
  });
};
