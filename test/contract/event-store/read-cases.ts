import { describe, expect, test } from "vitest";
import type { ReadOptions } from "@countersign/event-store/event-store.ts";
import {
  allOf,
  aStream,
  anEvent,
  idsOf,
  someEvents,
} from "../../testkit/event-store/example-events.ts";
import type { Opened } from "./suite.ts";

/** Reading a stream. */
export const readCases = (opened: Opened): void => {
  describe("a read of a stream", () => {
    test("answers texts alone, whatever the appender said that it made them from", async () => {
      const { store } = opened();
      const stream = aStream();
      const data = { n: 1 };
      const metadata = { actor: "bo" };
      const dataText = JSON.stringify(data);
      const metadataText = JSON.stringify(metadata);
      const event = anEvent({ data: dataText, metadata: metadataText });
      const decided = { event: { type: event.type, data }, metadata, dataText, metadataText };
      await store.append(stream, "no-stream", [{ ...event, decided }]);
      const [read] = await allOf(store.readStream(stream));
      expect(read).toMatchObject(event);
      expect(read?.decided).toBeUndefined();
    });

    test("that nobody has written is empty", async () => {
      expect(await allOf(opened().store.readStream(aStream()))).toEqual([]);
    });

    test("that nobody has written is empty from any revision", async () => {
      expect(await allOf(opened().store.readStream(aStream(), { from: 3n, maxCount: 2 }))).toEqual(
        [],
      );
    });

    test.for<[string, ReadOptions, number, number]>([
      ["without options answers all", {}, 0, 10],
      ["starts with the revision it names", { from: 4n }, 4, 10],
      ["from revision 0 answers all", { from: 0n }, 0, 10],
      ["from the last revision answers one", { from: 9n }, 9, 10],
      ["from behind the end is empty", { from: 10n }, 10, 10],
      ["answers at most as many as asked", { maxCount: 3 }, 0, 3],
      ["answers one when asked for one", { maxCount: 1 }, 0, 1],
      ["answers none when asked for none", { maxCount: 0 }, 0, 0],
      ["answers all when asked for more", { maxCount: 50 }, 0, 10],
      ["answers a slice in the middle", { from: 2n, maxCount: 5 }, 2, 7],
      ["answers the rest when the slice is longer", { from: 8n, maxCount: 5 }, 8, 10],
    ])("%s", async ([, options, from, to]) => {
      const { store } = opened();
      const stream = aStream();
      const events = someEvents(10);
      await store.append(stream, "no-stream", events);
      const read = await allOf(store.readStream(stream, options));
      expect(idsOf(read)).toEqual(idsOf(events.slice(from, to)));
      expect(read.map((event) => event.revision)).toEqual(read.map((_, n) => BigInt(from + n)));
    });

    test("sees an append at once when it was acknowledged", async () => {
      const { store } = opened();
      const stream = aStream();
      for (let n = 0; n < 30; n++) {
        const event = anEvent();
        await store.append(stream, n === 0 ? "no-stream" : BigInt(n - 1), [event]);
        expect((await allOf(store.readStream(stream, { from: BigInt(n) })))[0]?.eventId).toBe(
          event.eventId,
        );
      }
    });

    test("answers the name of the stream and ascending positions", async () => {
      const { store } = opened();
      const stream = aStream();
      await store.append(stream, "no-stream", someEvents(5));
      const read = await allOf(store.readStream(stream));
      const positions = read.map((event) => event.position);
      expect(new Set(read.map((event) => event.stream))).toEqual(new Set([stream]));
      expect(positions).toEqual(positions.toSorted((a, b) => (a < b ? -1 : 1)));
      expect(new Set(positions).size).toBe(5);
    });

    test("holds nothing of streams whose name begins alike", async () => {
      const { store } = opened();
      const stream = aStream();
      const own = someEvents(2);
      await store.append(stream, "no-stream", own);
      await store.append(`${stream}1`, "no-stream", someEvents(2));
      await store.append(stream.toUpperCase(), "no-stream", someEvents(2));
      expect(idsOf(await allOf(store.readStream(stream)))).toEqual(idsOf(own));
    });

    test("that is long answers every event once and in order", async () => {
      const { store } = opened();
      const stream = aStream();
      const events = someEvents(2_500);
      for (let from = 0; from < 2_500; from += 500) {
        const expected = from === 0 ? "no-stream" : BigInt(from - 1);
        await store.append(stream, expected, events.slice(from, from + 500));
      }
      expect(idsOf(await allOf(store.readStream(stream)))).toEqual(idsOf(events));
    });

    test("may be left early", async () => {
      const { store } = opened();
      const stream = aStream();
      await store.append(stream, "no-stream", someEvents(50));
      for await (const event of store.readStream(stream)) {
        if (event.revision === 1n) break;
      }
      expect(await allOf(store.readStream(stream))).toHaveLength(50);
      await expect(store.append(stream, 49n, [anEvent()])).resolves.toMatchObject({
        revision: 50n,
      });
    });

    test("goes well beside others of the same stream", async () => {
      const { store } = opened();
      const stream = aStream();
      const events = someEvents(100);
      await store.append(stream, "no-stream", events);
      const reads = await Promise.all(
        Array.from({ length: 8 }, () => allOf(store.readStream(stream))),
      );
      for (const read of reads) expect(idsOf(read)).toEqual(idsOf(events));
    });
  });
};
