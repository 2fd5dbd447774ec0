import { describe, expect, test } from "vitest";
import {
  allOf,
  aStream,
  anEvent,
  idsOf,
  someEvents,
} from "../../testkit/event-store/example-events.ts";
import type { Opened } from "./suite.ts";

/** Appends that are accepted, and what they answer. */
export const appendCases = (opened: Opened): void => {
  describe("an append", () => {
    test("that starts a stream answers revision 0", async () => {
      const { store } = opened();
      await expect(store.append(aStream(), "no-stream", [anEvent()])).resolves.toMatchObject({
        revision: 0n,
      });
    });

    test("at the exact revision goes behind what is there", async () => {
      const { store } = opened();
      const stream = aStream();
      const [one, two] = [anEvent(), anEvent()];
      await store.append(stream, "no-stream", [one]);
      await expect(store.append(stream, 0n, [two])).resolves.toMatchObject({ revision: 1n });
      expect(idsOf(await allOf(store.readStream(stream)))).toEqual([one.eventId, two.eventId]);
    });

    test("of several events answers the revision and position of the last", async () => {
      const { store } = opened();
      const stream = aStream();
      const result = await store.append(stream, "no-stream", someEvents(4));
      const last = (await allOf(store.readStream(stream))).at(-1);
      expect(result).toEqual({ revision: 3n, position: last?.position });
    });

    test("keeps every field of an event as it was given", async () => {
      const { store } = opened();
      const stream = aStream();
      const event = anEvent({
        type: "RequestSubmitted",
        data: JSON.stringify({ payload: { amount: 12.5, tags: ["a", null, true] }, empty: {} }),
        metadata: JSON.stringify({ commandId: "c1", basis: { directory: "4" } }),
      });
      const { position } = await store.append(stream, "no-stream", [event]);
      expect(await allOf(store.readStream(stream))).toEqual([
        { ...event, stream, revision: 0n, position },
      ]);
    });

    test.for<[string, unknown]>([
      ["umlauts, signs and scripts", "Größe — ≤ 5 €, 承認, موافقة, ζ"],
      ["characters beyond the basic plane", "🙂🚀𝒳 👩‍👩‍👧"],
      [
        "quotes, backslashes and control characters",
        '"\\ \u0000 \u001f \n \t \u2028 \u2029 \u007f',
      ],
      ["a lone surrogate, which JSON escapes", "\ud800"],
      ["numbers at the edge of a double", [Number.MAX_SAFE_INTEGER, 5e-324, -1.5, 1e300]],
      ["no object at all", null],
    ])("gives back %s unharmed", async ([, value]) => {
      const { store } = opened();
      const stream = aStream();
      const event = anEvent({ data: JSON.stringify(value), metadata: JSON.stringify({ value }) });
      await store.append(stream, "no-stream", [event]);
      expect(await allOf(store.readStream(stream))).toMatchObject([event]);
    });

    test("of nearly 1 MiB of data is kept whole", async () => {
      const { store } = opened();
      const stream = aStream();
      const event = anEvent({ data: JSON.stringify("0123456789".repeat(100_000)) });
      await store.append(stream, "no-stream", [event]);
      expect((await allOf(store.readStream(stream)))[0]?.data).toBe(event.data);
    });

    test("is measured without its metadata", async () => {
      const { store } = opened();
      const event = anEvent({
        data: JSON.stringify("d".repeat(700_000)),
        metadata: JSON.stringify("m".repeat(700_000)),
      });
      await expect(store.append(aStream(), "no-stream", [event])).resolves.toMatchObject({
        revision: 0n,
      });
    });

    test("of 500 events is written whole and in order", async () => {
      const { store } = opened();
      const stream = aStream();
      const events = someEvents(500);
      await expect(store.append(stream, "no-stream", events)).resolves.toMatchObject({
        revision: 499n,
      });
      const recorded = await allOf(store.readStream(stream));
      expect(idsOf(recorded)).toEqual(idsOf(events));
      expect(recorded.map((event) => event.revision)).toEqual(events.map((_, n) => BigInt(n)));
    });

    test("gets a position behind all that were answered before, in whatever stream", async () => {
      const { store } = opened();
      const [one, other] = [aStream(), aStream()];
      const positions: bigint[] = [];
      for (let n = 0n; n < 10n; n++) {
        const expected = n === 0n ? "no-stream" : n - 1n;
        positions.push((await store.append(one, expected, [anEvent()])).position);
        positions.push((await store.append(other, expected, [anEvent()])).position);
      }
      expect(positions).toEqual(positions.toSorted((a, b) => (a < b ? -1 : 1)));
      expect(new Set(positions).size).toBe(20);
    });

    test("to one stream does not move another", async () => {
      const { store } = opened();
      const stream = aStream();
      await store.append(stream, "no-stream", someEvents(3));
      await expect(store.append(`${stream}0`, "no-stream", [anEvent()])).resolves.toMatchObject({
        revision: 0n,
      });
      await expect(store.append(stream, 2n, [anEvent()])).resolves.toMatchObject({ revision: 3n });
    });

    test("after append to one stream counts up by one", async () => {
      const { store } = opened();
      const stream = aStream();
      const events = someEvents(100);
      for (const [n, event] of events.entries()) {
        await store.append(stream, n === 0 ? "no-stream" : BigInt(n - 1), [event]);
      }
      const recorded = await allOf(store.readStream(stream));
      expect(idsOf(recorded)).toEqual(idsOf(events));
      expect(recorded.map((event) => event.revision)).toEqual(events.map((_, n) => BigInt(n)));
    });

    test("sent before the one in front was answered follows it", async () => {
      const { store } = opened();
      const stream = aStream();
      const results = await Promise.all([
        store.append(stream, "no-stream", someEvents(2)),
        store.append(stream, 1n, someEvents(3)),
        store.append(stream, 4n, someEvents(1)),
      ]);
      expect(results.map((result) => result.revision)).toEqual([1n, 4n, 5n]);
    });

    test("to each of 200 streams at once is accepted everywhere", async () => {
      const { store } = opened();
      const streams = Array.from({ length: 200 }, aStream);
      const results = await Promise.all(
        streams.map((stream) => store.append(stream, "no-stream", someEvents(2))),
      );
      expect(new Set(results.map((result) => result.position)).size).toBe(200);
      expect(results.every((result) => result.revision === 1n)).toBe(true);
    });

    test("is still there when the store was opened again, and so is its revision", async ({
      skip,
    }) => {
      const { store, reopen } = opened();
      if (reopen === undefined) return skip();
      const stream = aStream();
      const events = someEvents(3);
      const before = await store.append(stream, "no-stream", events);
      const again = await reopen();
      expect(idsOf(await allOf(again.readStream(stream)))).toEqual(idsOf(events));
      const after = await again.append(stream, 2n, [anEvent()]);
      expect(after.revision).toBe(3n);
      expect(after.position).toBeGreaterThan(before.position);
    });
  });
};
