import type {
  EventStore,
  EventSubscription,
  ReadOptions,
} from "@countersign/event-store/event-store.ts";
import { StoreUnavailable } from "@countersign/event-store/errors.ts";
import { systemClock } from "@countersign/runtime/clock.ts";
import { connect, disconnect } from "./connection.ts";
import { readStream } from "./read-stream.ts";
import type { EsdbSettings } from "./settings.ts";
import { openSubscription } from "./subscription.ts";
import { openWriter } from "./writer.ts";

/**
 * The event store port over EventStoreDB 23.10. Connects with the first call, so a store that is not up yet is only
 * noticed then. Throws `StoreFailed` when the connection string is not valid.
 *
 * Positions are commit positions of `$all`, a checkpoint holds commit and prepare. Revisions are always exact: with
 * `any` a resent event would be written twice after a restart of the server.
 */
export const openEsdbEventStore = (settings: EsdbSettings): EventStore => {
  const { connectionString, clock = systemClock, metrics = {} } = settings;
  const subscriptions = new Set<EventSubscription>();
  const client = connect(connectionString);
  const reading = new AbortController();
  const read = (stream: string, options?: ReadOptions) =>
    readStream({ client, clock, closed: reading.signal }, stream, options);
  const writer = openWriter({
    connectionString,
    clock,
    timeout: settings.appendTimeout ?? 15_000,
    read,
    onRetry: () => metrics.appendRetried?.(),
  });
  let closing: Promise<void> | undefined;

  const close = async (): Promise<void> => {
    await Promise.all([...subscriptions].map((subscription) => subscription.close()));
    // The writer may still read to find out what became of an append.
    await writer.close();
    reading.abort();
    await disconnect(client);
  };

  return {
    append: (stream, expected, events) => writer.append(stream, expected, events),
    readStream: read,
    subscribe(options, subscriber) {
      if (closing !== undefined) throw new StoreUnavailable("the store is closed");
      const subscription = openSubscription(
        {
          client,
          clock,
          quietMoment: settings.quietMoment ?? 1_000,
          longestBackOff: settings.longestBackOff ?? 5_000,
          onConfirmed: () => metrics.subscribed?.(),
          onBreak: (reason) => metrics.resubscribed?.(reason),
        },
        options,
        subscriber,
      );
      subscriptions.add(subscription);
      const forget = (): boolean => subscriptions.delete(subscription);
      subscription.closed.then(forget, forget);
      return subscription;
    },
    close: () => (closing ??= close()),
  };
};
