import type {
  EventSubscription,
  RecordedEvent,
  SubscribeOptions,
  Subscriber,
} from "@countersign/event-store/event-store.ts";
import type { Faults } from "./faults.ts";
import type { Process } from "./machine.ts";
import type { SimulatedEventStore } from "./simulated-event-store.ts";

interface Around {
  readonly store: SimulatedEventStore;
  readonly process: Process;
  readonly faults: Faults;
}

const concerns = (prefixes: readonly string[] | undefined, stream: string): boolean =>
  prefixes === undefined || prefixes.some((prefix) => stream.startsWith(prefix));

/** Delivers the log from a checkpoint, in batches of changing size, sometimes late; it outlives outages of the store. */
export const simulatedSubscription = (
  { store, process, faults }: Around,
  { from, streamPrefixes }: SubscribeOptions,
  subscriber: Subscriber,
): EventSubscription => {
  const { world } = process;
  const { dice } = world;
  let next = store.log.findIndex(({ position }) => position > BigInt(from === "start" ? 0 : from));
  if (next < 0) next = store.log.length;
  const liveAt = store.log.length;
  const ended = Promise.withResolvers<void>();
  ended.promise.catch(() => undefined);
  const idle = Promise.withResolvers<void>();
  let live = false;
  let planned = false;
  let working = false;
  let open = true;

  const plan = (): void => {
    if (planned || working || !open) return;
    planned = true;
    const late = dice.chance(faults.batchLate);
    const pause = late ? dice.between(1_000, 8_000) : dice.between(1, 5);
    process.after(Math.max(pause, process.machine.lagsUntil - world.time), () => {
      planned = false;
      void deliver();
    });
  };

  const work = async (batch: readonly RecordedEvent[], read: number): Promise<void> => {
    const last = store.log[read - 1];
    const checkpoint = last?.position.toString() ?? "0";
    if (batch.length > 0) {
      const done = subscriber.events(batch, checkpoint);
      if (done !== undefined) await done;
    } else if (read > next) {
      const done = subscriber.passed?.(checkpoint);
      if (done !== undefined) await done;
    }
  };

  const deliver = async (): Promise<void> => {
    if (!open) return;
    if (!store.reaches(process)) {
      process.after(500, plan);
      return;
    }
    const size = dice.chance(0.3) ? 1 : dice.between(1, 60);
    const read = Math.min(store.log.length, next + size);
    const batch = store.log
      .slice(next, read)
      .filter(({ stream }) => concerns(streamPrefixes, stream));
    working = true;
    try {
      await work(batch, read);
    } catch (error) {
      open = false;
      ended.reject(error);
    }
    working = false;
    next = read;
    if (!open) {
      idle.resolve();
      return;
    }
    if (!live && next >= liveAt) {
      live = true;
      subscriber.live?.();
    }
    if (next < store.log.length) plan();
  };

  const forget = store.onProgress(plan);
  process.whenDead(() => {
    open = false;
    forget();
  });
  plan();
  return {
    closed: ended.promise,
    close: async () => {
      open = false;
      forget();
      if (working) await idle.promise;
      ended.resolve();
    },
  };
};
