import { DatabaseSync } from "node:sqlite";
import type {
  EventReader,
  EventSubscription,
  ReadOptions,
  RecordedEvent,
  SubscribeOptions,
  Subscriber,
} from "@countersign/event-store/event-store.ts";
import { EventTable } from "./event-table.ts";
import { storeFailure } from "./failures.ts";
import { readInSlices } from "./read-in-slices.ts";
import { SqliteSubscription } from "./sqlite-subscription.ts";

export interface SqliteEventReaderOptions {
  /** The database file of a store that is open in this process: it is never made here. */
  readonly path: string;
  /** The last position that the store committed, as its thread wrote it down before it said so. */
  readonly committed: () => number;
}

/** Follows a store from another thread of its process, on a connection of its own that cannot write. */
export interface SqliteEventReader extends EventReader {
  /** Delivers all that is committed by now: after it whoever follows live stands where the store stands. */
  moved(): void;
}

/** Opens the file of a store for reading. Throws `StoreFailed` with a sentence that says what to do. */
export const openSqliteEventReader = ({
  path,
  committed,
}: SqliteEventReaderOptions): SqliteEventReader => {
  const subscriptions = new Set<SqliteSubscription>();
  let database: DatabaseSync | undefined;
  try {
    const opened = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
    database = opened;
    opened.exec("pragma cache_size = -4096");
    const table = new EventTable(opened);
    const reading = <T>(read: () => T): T => {
      try {
        return read();
      } catch (error) {
        throw storeFailure(path, error);
      }
    };
    return {
      readStream: (stream: string, options: ReadOptions = {}): AsyncIterable<RecordedEvent> =>
        readInSlices(options, (from, limit) => reading(() => table.slice(stream, from, limit))),
      subscribe(options: SubscribeOptions, subscriber: Subscriber): EventSubscription {
        const scan = table.scanner(options.streamPrefixes ?? []);
        const source = {
          get position() {
            return committed();
          },
          scan: (after: number, upTo: number, limit: number) =>
            reading(() => scan(after, upTo, limit)),
        };
        const subscription = new SqliteSubscription(source, options, subscriber, (over) =>
          subscriptions.delete(over),
        );
        subscriptions.add(subscription);
        return subscription;
      },
      moved() {
        for (const subscription of subscriptions) subscription.moved();
      },
      async close() {
        await Promise.all([...subscriptions].map((subscription) => subscription.close()));
        if (opened.isOpen) opened.close();
      },
    };
  } catch (error) {
    database?.close();
    throw storeFailure(path, error);
  }
};
