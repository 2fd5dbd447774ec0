import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { StoreUnavailable } from "@countersign/event-store/errors.ts";
import {
  aCategory,
  allOf,
  aStream,
  anEvent,
  someEvents,
} from "../../testkit/event-store/example-events.ts";
import { RecordingSubscriber } from "../../testkit/event-store/recording-subscriber.ts";
import type { Opened } from "./suite.ts";

/** Closing the store. */
export const lifetimeCases = (opened: Opened): void => {
  describe("a store that closes", () => {
    test("ends its subscriptions in good order", async () => {
      const { store } = opened();
      const category = aCategory();
      const subscriber = new RecordingSubscriber();
      const subscription = store.subscribe(
        { from: "start", streamPrefixes: [`${category}-`] },
        subscriber,
      );
      await subscriber.untilLive();
      await store.close();
      await expect(subscription.closed).resolves.toBeUndefined();
    });

    test("may be closed twice", async () => {
      const { store } = opened();
      await Promise.all([store.close(), store.close()]);
      await expect(store.close()).resolves.toBeUndefined();
    });

    test("refuses appends from then on", async () => {
      const { store } = opened();
      await store.close();
      await expect(store.append(aStream(), "no-stream", [anEvent()])).rejects.toThrow(
        StoreUnavailable,
      );
    });

    test("refuses reads from then on", async () => {
      const { store } = opened();
      await store.close();
      await expect(allOf(store.readStream(aStream()))).rejects.toThrow(StoreUnavailable);
    });

    test("never ends a read under way as if that were the whole stream", async () => {
      const { store } = opened();
      const stream = aStream();
      const data = JSON.stringify("x".repeat(1_500));
      for (let from = 0; from < 2_500; from += 500) {
        const events = Array.from({ length: 500 }, () => anEvent({ data }));
        await store.append(stream, from === 0 ? "no-stream" : BigInt(from - 1), events);
      }
      let read = 0;
      let closing: Promise<void> | undefined;
      const reading = async (): Promise<void> => {
        for await (const _ of store.readStream(stream)) {
          read++;
          closing ??= store.close();
          await nextTurn();
        }
      };
      await expect(reading()).rejects.toThrow(StoreUnavailable);
      expect(read).toBeLessThan(2_500);
      await closing;
    });

    test("answers the appends under way with what became of them", async ({ skip }) => {
      const { store, reopen } = opened();
      if (reopen === undefined) return skip();
      const streams = Array.from({ length: 20 }, aStream);
      const appends = streams.map((stream) => store.append(stream, "no-stream", someEvents(2)));
      const settled = Promise.allSettled(appends);
      await store.close();
      const results = await settled;
      const again = await reopen();
      for (const [n, stream] of streams.entries()) {
        const written = await allOf(again.readStream(stream));
        if (results[n]?.status === "fulfilled") expect(written).toHaveLength(2);
        else expect([0, 2]).toContain(written.length);
      }
    });
  });
};
