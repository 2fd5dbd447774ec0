import type {
  Checkpoint,
  EventStore,
  EventSubscription,
  RecordedEvent,
} from "@countersign/event-store/event-store.ts";
import type { Bus, Publication } from "@countersign/messaging/bus.ts";
import type { Clock } from "@countersign/runtime/clock.ts";
import type { Log } from "@countersign/runtime/log.ts";
import { PatientPublisher } from "./patient-publisher.ts";
import { makePublications } from "./publications.ts";

/** Where the relay stands: saved after the broker has stored what was before it. */
export interface RelayCheckpoint {
  load(): Checkpoint | "start";
  save(checkpoint: Checkpoint): void;
}

export interface RelayParts {
  readonly store: EventStore;
  readonly bus: Bus;
  readonly checkpoint: RelayCheckpoint;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Relay {
  /** Resolves once everything that stood in the store at the start is published. */
  readonly live: Promise<void>;
  isLive(): boolean;
  /** Position of the last event that was published or passed over; 0 before the first since the start. */
  position(): bigint;
  /** Events published, and tries that failed, since the start. */
  published(): number;
  retries(): number;
  /** Rejects when the store failed for good. */
  readonly failed: Promise<never>;
  /** Stops without waiting for a broker that is away; what was not published comes again. Safe to call twice. */
  close(): Promise<void>;
}

/** Batches that nobody listened to between two saves: after a crash they are passed over again, that is all. */
const QUIET_BATCHES = 64;
/** A publication on its way to a broker that does not answer is given up after this long when the relay closes. */
const CLOSE_MS = 1_000;

/** One queue for each stream, in the order of the store. */
const byStream = (
  batch: readonly RecordedEvent[],
  publicationOf: (recorded: RecordedEvent) => Publication | null,
): Publication[][] => {
  const queues = new Map<string, Publication[]>();
  for (const recorded of batch) {
    const publication = publicationOf(recorded);
    if (publication === null) continue;
    const queue = queues.get(recorded.stream);
    if (queue === undefined) queues.set(recorded.stream, [publication]);
    else queue.push(publication);
  }
  return [...queues.values()];
};

/**
 * Publishes every event as a CloudEvent, at least once, in order within a stream: the event store is the outbox. The
 * message's dedupe id is the event's id, so publishing a range again is harmless. While the broker is away it waits.
 *
 * A bus that knows who listens (`interested`) is one of this process: there an event that somebody hears is handed
 * over in the tick of its commit, in the order of the store, and one that nobody hears is not even built.
 */
export const startRelay = ({ store, bus, checkpoint, clock, log }: RelayParts): Relay => {
  const publicationOf = makePublications(bus);
  const publisher = new PatientPublisher(bus, clock, log);
  const becameLive = Promise.withResolvers<void>();
  becameLive.promise.catch(() => undefined);
  let isLive = false;
  let position = 0n;
  let reached: Checkpoint | undefined;
  let quiet = 0;

  const save = (): void => {
    quiet = 0;
    if (reached !== undefined) checkpoint.save(reached);
    reached = undefined;
  };
  const reach = (batch: readonly RecordedEvent[], at: Checkpoint): void => {
    position = batch.at(-1)?.position ?? position;
    reached = at;
  };
  const saveNowAndThen = (): void => {
    quiet += 1;
    if (quiet >= QUIET_BATCHES) save();
  };

  const handOver = (batch: readonly RecordedEvent[]): void => {
    for (const recorded of batch) {
      const publication = publicationOf(recorded);
      if (publication !== null) void publisher.publishOne(publication);
    }
  };

  const subscription: EventSubscription = store.subscribe(
    { from: checkpoint.load() },
    {
      events(batch, at) {
        if (bus.interested !== undefined) {
          handOver(batch);
          reach(batch, at);
          saveNowAndThen();
          return undefined;
        }
        return publisher.publish(byStream(batch, publicationOf)).then((all) => {
          if (!all) return;
          reach(batch, at);
          save();
        });
      },
      live() {
        isLive = true;
        becameLive.resolve();
      },
      passed(at) {
        reached = at;
        saveNowAndThen();
      },
    },
  );
  const failed = new Promise<never>((_, reject) => {
    subscription.closed.catch((error: unknown) => {
      isLive = false;
      becameLive.reject(error);
      reject(error);
    });
  });
  failed.catch(() => undefined);

  let closing: Promise<void> | undefined;
  const closeOnce = async (): Promise<void> => {
    publisher.stop();
    const patience = Promise.withResolvers<void>();
    const cancel = clock.after(CLOSE_MS, patience.resolve);
    await Promise.race([subscription.close(), patience.promise]);
    cancel();
    save();
  };
  return {
    live: becameLive.promise,
    isLive: () => isLive,
    position: () => position,
    published: () => publisher.published,
    retries: () => publisher.retries,
    failed,
    close: () => (closing ??= closeOnce()),
  };
};
