import { describe, expect, test } from "vitest";
import { WrongExpectedRevision } from "@countersign/event-store/errors.ts";
import type { ExpectedRevision } from "@countersign/event-store/event-store.ts";
import {
  allOf,
  aStream,
  anEvent,
  idsOf,
  someEvents,
} from "../../testkit/event-store/example-events.ts";
import type { Opened } from "./suite.ts";

/** A stream that is not where the append expects it. */
export const conflictCases = (opened: Opened): void => {
  describe("a stream that is not where the append expects it", () => {
    test.for<[string, number, ExpectedRevision, bigint | "no-stream"]>([
      ["a first append to a stream that exists", 1, "no-stream", 0n],
      ["a first append to a stream with several events", 3, "no-stream", 2n],
      ["revision 0 of a stream nobody has written", 0, 0n, "no-stream"],
      ["a high revision of a stream nobody has written", 0, 41n, "no-stream"],
      ["a revision the stream has left behind", 3, 1n, 2n],
      ["the first revision of a longer stream", 5, 0n, 4n],
      ["the next revision, one too far", 3, 3n, 2n],
      ["a revision far ahead", 3, 1_000_000n, 2n],
    ])("%s is refused and tells where the stream is", async ([, written, expected, actual]) => {
      const { store } = opened();
      const stream = aStream();
      const before = someEvents(written);
      if (written > 0) await store.append(stream, "no-stream", before);

      const refusal = await store
        .append(stream, expected, [anEvent()])
        .catch((error: unknown) => error);

      expect(refusal).toBeInstanceOf(WrongExpectedRevision);
      expect(refusal).toMatchObject({ stream, expected, actual });
      expect(idsOf(await allOf(store.readStream(stream)))).toEqual(idsOf(before));
    });

    test("of twenty at one revision one wins, and the others learn where the stream is", async () => {
      const { store } = opened();
      const stream = aStream();
      await store.append(stream, "no-stream", [anEvent()]);
      const racers = Array.from({ length: 20 }, () => anEvent());

      const results = await Promise.allSettled(
        racers.map((racer) => store.append(stream, 0n, [racer])),
      );

      const winners = racers.filter((_, n) => results[n]?.status === "fulfilled");
      const refusals = results.flatMap((result) =>
        result.status === "rejected" ? [result.reason as unknown] : [],
      );
      expect(winners).toHaveLength(1);
      expect(refusals).toHaveLength(19);
      for (const refusal of refusals) {
        expect(refusal).toBeInstanceOf(WrongExpectedRevision);
        expect(refusal).toMatchObject({ actual: 1n });
      }
      expect(idsOf(await allOf(store.readStream(stream))).slice(1)).toEqual(idsOf(winners));
    });

    test("of twenty that want to be first one wins", async () => {
      const { store } = opened();
      const stream = aStream();
      const results = await Promise.allSettled(
        Array.from({ length: 20 }, () => store.append(stream, "no-stream", someEvents(3))),
      );
      expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
      expect(await allOf(store.readStream(stream))).toHaveLength(3);
    });

    test("a refused append writes none of its events", async () => {
      const { store } = opened();
      const stream = aStream();
      const [first] = [anEvent()];
      await store.append(stream, "no-stream", [first]);
      await expect(store.append(stream, "no-stream", someEvents(5))).rejects.toThrow(
        WrongExpectedRevision,
      );
      expect(idsOf(await allOf(store.readStream(stream)))).toEqual([first.eventId]);
    });

    test("a refused append leaves those sent beside it alone", async () => {
      const { store } = opened();
      const contested = aStream();
      await store.append(contested, "no-stream", [anEvent()]);
      const streams = Array.from({ length: 10 }, aStream);

      const results = await Promise.allSettled(
        streams.flatMap((stream) => [
          store.append(stream, "no-stream", [anEvent()]),
          store.append(contested, "no-stream", [anEvent()]),
        ]),
      );

      expect(results.map((result) => result.status)).toEqual(
        streams.flatMap(() => ["fulfilled", "rejected"]),
      );
      for (const stream of streams) expect(await allOf(store.readStream(stream))).toHaveLength(1);
    });

    test("who lost reads where the stream is and succeeds there", async () => {
      const { store } = opened();
      const stream = aStream();
      await store.append(stream, "no-stream", someEvents(2));
      const refusal = await store.append(stream, 0n, [anEvent()]).catch((error: unknown) => error);
      expect(refusal).toMatchObject({ actual: 1n });
      await expect(store.append(stream, 1n, [anEvent()])).resolves.toMatchObject({ revision: 2n });
    });
  });
};
