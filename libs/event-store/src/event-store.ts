/**
 * The event store port: append, read a stream, subscribe. Everything that Countersign knows is in here;
 * an acknowledged command is an appended event.
 *
 * Adapters: `event-store-sqlite` (embedded, the default) and `event-store-esdb` (EventStoreDB). One contract
 * suite, `test/contract/event-store`, runs over both. Data and metadata travel as JSON text, so that one
 * `JSON.stringify` serves the event id, the store, the relay and every live subscriber.
 */

/** The revision a stream must have for an append to be accepted: zero-based, or `no-stream`. There is no "any". */
export type ExpectedRevision = bigint | "no-stream";

/** What an event's texts were made from, never changed afterwards, and which texts those are. */
export interface Decided {
  readonly event: { readonly type: string; readonly data: object };
  readonly metadata: object;
  readonly dataText: string;
  readonly metadataText: string;
}

/** An event as handed to `append`. `eventId` is a lower-case UUID, `type` non-empty, `data` and `metadata` JSON texts. */
export interface NewEvent {
  readonly eventId: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
  /**
   * For readers in the appender's own process, so that they need not parse: an adapter may hand it on to live
   * subscribers there. Never stored, and what is read from the store has none: the texts are the event.
   */
  readonly decided?: Decided | undefined;
}

/** An event as the store keeps it. The same object may be given to several subscribers: it is never changed. */
export interface RecordedEvent extends NewEvent {
  readonly stream: string;
  /** Zero-based place in its stream, without gaps. */
  readonly revision: bigint;
  /** Place in the whole store: ascending, with gaps. On the wire: a decimal string. */
  readonly position: bigint;
}

export interface AppendResult {
  /** Revision of the last event of this call. */
  readonly revision: bigint;
  /** Position of the last event of this call. */
  readonly position: bigint;
}

/** Where a subscription stands: opaque to everybody but the adapter that made it. */
export type Checkpoint = string;

export interface ReadOptions {
  /** First revision to return, inclusive; default 0. */
  readonly from?: bigint;
  /** At most this many events, none for 0; default all. */
  readonly maxCount?: number;
}

/**
 * What a subscriber does with events. `events` returns nothing when it finished at once (then the SQLite adapter
 * delivers inside the commit's own tick), or a promise; the next batch comes only after it settled. A throw or
 * rejection ends the subscription: `closed` rejects with it. Nothing is skipped.
 */
export interface Subscriber {
  /** Ascending by position; `checkpoint` is where to resume once these are done. Never empty, at most 1,000. */
  events(batch: readonly RecordedEvent[], checkpoint: Checkpoint): void | Promise<void>;
  /** Called once when all that stood in the store at the time of subscribing has been delivered. */
  live?(): void;
  /** The filter passed over foreign events up to here: a place to resume from, with nothing to do. */
  passed?(checkpoint: Checkpoint): void | Promise<void>;
}

export interface SubscribeOptions {
  /** Exclusive: the checkpoint last seen, or `start`. */
  readonly from: Checkpoint | "start";
  /** Only streams whose name begins with one of these (`directory-`); default all but the store's own `$` streams. */
  readonly streamPrefixes?: readonly string[];
}

export interface EventSubscription {
  /** Resolves after `close()`, rejects when the subscriber or the store failed for good. */
  readonly closed: Promise<void>;
  /** Stops delivery; resolves when the batch in flight is done. Safe to call twice. */
  close(): Promise<void>;
}

/** What whoever only follows or reads needs of a store. */
export interface EventReader {
  /**
   * The stream's events, forwards; a missing stream is empty. Sees every acknowledged append. Throws
   * `StoreUnavailable` when the rest cannot be read, also because the store was closed: what ends is whole.
   */
  readStream(stream: string, options?: ReadOptions): AsyncIterable<RecordedEvent>;
  /** Catches up from the checkpoint, then stays live, across outages. */
  subscribe(options: SubscribeOptions, subscriber: Subscriber): EventSubscription;
  /**
   * Answers the appends under way, closes all subscriptions, lets go of the store. Safe to call twice; appends
   * afterwards throw `StoreUnavailable`.
   */
  close(): Promise<void>;
}

export interface EventStore extends EventReader {
  /**
   * Appends all events or none, durably (fsync) before it resolves.
   * The same event ids that already stand at that place answer the first result, compared by id alone; ids that
   * stand there only in part are a conflict. Ids are not unique: at the current revision an old id is written again.
   * Appends sent one after the other without waiting take effect in that order.
   * Throws `WrongExpectedRevision`, `AppendTooLarge`, `InvalidEvent`, `StoreUnavailable` (outcome unknown:
   * retry with the same ids and revision) from `errors.ts`.
   */
  append(
    stream: string,
    expected: ExpectedRevision,
    events: readonly NewEvent[],
  ): Promise<AppendResult>;
}
