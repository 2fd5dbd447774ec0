import { describe, expect, test } from "vitest";
import type {
  EventStore,
  RecordedEvent,
  Subscriber,
  SubscribeOptions,
} from "@countersign/event-store/event-store.ts";
import type { Clock } from "@countersign/runtime/clock.ts";
import type { Projection } from "@countersign/subscriptions/projection.ts";
import { runProjection } from "@countersign/subscriptions/run-projection.ts";

const event = (position: number): RecordedEvent => ({
  stream: "request-demo.apr_1",
  revision: BigInt(position),
  position: BigInt(position),
  eventId: "00000000-0000-4000-8000-000000000000",
  type: "VoteCast",
  data: "{}",
  metadata: "{}",
});

/** A store that delivers when the test says so, the way adapters do: a throw ends the subscription. */
const manualStore = () => {
  const given: { subscriber?: Subscriber; options?: SubscribeOptions } = {};
  const ended = Promise.withResolvers<void>();
  const store: Pick<EventStore, "subscribe"> = {
    subscribe(options, subscriber) {
      given.options = options;
      given.subscriber = subscriber;
      return {
        closed: ended.promise,
        close: () => {
          ended.resolve();
          return ended.promise.catch(() => undefined);
        },
      };
    },
  };
  const deliver = (...positions: number[]): void => {
    try {
      void given.subscriber?.events(positions.map(event), String(positions.at(-1)));
    } catch (error) {
      ended.reject(error);
    }
  };
  return { store: store as EventStore, given, deliver };
};

const manualClock = () => {
  const planned = new Set<() => void>();
  const clock: Clock = {
    now: () => 5_000,
    monotonic: () => 0,
    after: (_, callback) => {
      planned.add(callback);
      return () => void planned.delete(callback);
    },
  };
  const tick = (): void => {
    for (const callback of [...planned]) {
      planned.delete(callback);
      callback();
    }
  };
  return { clock, tick };
};

const counting = (failAt = Number.POSITIVE_INFINITY) => {
  const seen: number[] = [];
  const committed: number[] = [];
  const projection: Projection = {
    name: "counting",
    prefixes: ["request-"],
    checkpoint: "41",
    apply(batch) {
      for (const { position } of batch) {
        if (Number(position) === failAt) throw new Error("this event cannot be projected");
        seen.push(Number(position));
      }
    },
    passed() {},
    commit: () => void committed.push(seen.length),
  };
  return { projection, seen, committed };
};

describe("a running projection", () => {
  test("goes on from its checkpoint and says how far it is behind", () => {
    const { store, given, deliver } = manualStore();
    const { clock } = manualClock();
    const { projection, seen } = counting();
    const running = runProjection(store, projection, { clock, occurredAt: () => 3_000 });
    expect(given.options).toEqual({ from: "41", streamPrefixes: ["request-"] });
    expect(running.isLive()).toBe(false);
    given.subscriber?.live?.();
    deliver(42, 43);
    expect(seen).toEqual([42, 43]);
    expect([running.isLive(), running.position(), running.lagMs(), running.events()]).toEqual([
      true,
      43n,
      2_000,
      2,
    ]);
  });

  test("commits several batches together: after a time, after many events, and when it closes", async () => {
    const { store, deliver } = manualStore();
    const { clock, tick } = manualClock();
    const { projection, committed } = counting();
    const running = runProjection(store, projection, {
      clock,
      occurredAt: () => 0,
      commitEvery: 4,
    });
    deliver(42);
    deliver(43);
    expect(committed).toEqual([]);
    tick();
    expect(committed).toEqual([2]);
    deliver(44, 45, 46, 47);
    expect(committed).toEqual([2, 6]);
    tick();
    deliver(48);
    await running.close();
    expect(committed).toEqual([2, 6, 7]);
  });

  test("stops loudly at an event that it cannot take: nothing is skipped, nothing more is committed", async () => {
    const { store, given, deliver } = manualStore();
    const { clock, tick } = manualClock();
    const { projection, committed } = counting(44);
    const running = runProjection(store, projection, { clock, occurredAt: () => 0 });
    given.subscriber?.live?.();
    deliver(42);
    deliver(43, 44, 45);
    await expect(running.closed).rejects.toThrow("this event cannot be projected");
    expect(running.isLive()).toBe(false);
    tick();
    await running.close();
    expect(committed).toEqual([]);
  });
});
