import { WrongExpectedRevision } from "@countersign/event-store/errors.ts";
import type {
  AppendResult,
  EventStore,
  EventSubscription,
  ExpectedRevision,
  NewEvent,
  ReadOptions,
  RecordedEvent,
  Subscriber,
  SubscribeOptions,
} from "@countersign/event-store/event-store.ts";

const MOST_IN_BATCH = 1_000;

/** One subscriber's place in the log. */
class Follower {
  readonly #log: readonly RecordedEvent[];
  readonly #prefixes: readonly string[] | undefined;
  readonly #subscriber: Subscriber;
  readonly #closed = Promise.withResolvers<void>();
  #next = 0;
  #busy = false;
  #open = true;

  constructor(log: readonly RecordedEvent[], options: SubscribeOptions, subscriber: Subscriber) {
    this.#log = log;
    this.#prefixes = options.streamPrefixes;
    this.#subscriber = subscriber;
    this.#next = options.from === "start" ? 0 : Number(options.from) + 1;
  }

  readonly subscription: EventSubscription = {
    closed: this.#closed.promise,
    close: () => {
      this.#open = false;
      this.#closed.resolve();
      return this.#closed.promise;
    },
  };

  follow(): void {
    while (this.#open && !this.#busy && this.#next < this.#log.length) {
      const batch: RecordedEvent[] = [];
      while (this.#next < this.#log.length && batch.length < MOST_IN_BATCH) {
        const event = this.#log[this.#next++];
        if (event !== undefined && this.#wants(event.stream)) batch.push(event);
      }
      if (batch.length === 0) continue;
      try {
        const working = this.#subscriber.events(batch, String(this.#next - 1));
        if (working instanceof Promise) this.#wait(working);
      } catch (error) {
        this.#fail(error);
      }
    }
  }

  live(): void {
    this.#subscriber.live?.();
  }

  #wants(stream: string): boolean {
    return this.#prefixes?.some((prefix) => stream.startsWith(prefix)) ?? true;
  }

  #wait(working: Promise<void>): void {
    this.#busy = true;
    working.then(
      () => {
        this.#busy = false;
        this.follow();
      },
      (error: unknown) => this.#fail(error),
    );
  }

  #fail(error: unknown): void {
    this.#open = false;
    this.#closed.reject(error);
  }
}

/** An event store in memory that never fails: what a run of a hundred thousand appends can afford. */
export class PlainStore implements EventStore {
  readonly log: RecordedEvent[] = [];
  readonly #streams = new Map<string, RecordedEvent[]>();
  readonly #followers: Follower[] = [];

  append(
    stream: string,
    expected: ExpectedRevision,
    events: readonly NewEvent[],
  ): Promise<AppendResult> {
    const known = this.#streams.get(stream) ?? [];
    const last = BigInt(known.length) - 1n;
    if ((expected === "no-stream" ? -1n : expected) !== last)
      return Promise.reject(
        new WrongExpectedRevision(stream, expected, last < 0n ? "no-stream" : last),
      );
    if (known.length === 0) this.#streams.set(stream, known);
    for (const event of events) {
      const recorded = {
        ...event,
        stream,
        revision: BigInt(known.length),
        position: BigInt(this.log.length),
      };
      known.push(recorded);
      this.log.push(recorded);
    }
    for (const follower of this.#followers) follower.follow();
    return Promise.resolve({
      revision: BigInt(known.length) - 1n,
      position: BigInt(this.log.length) - 1n,
    });
  }

  async *readStream(stream: string, options: ReadOptions = {}): AsyncGenerator<RecordedEvent> {
    const { from = 0n, maxCount = Number.POSITIVE_INFINITY } = options;
    yield* (this.#streams.get(stream) ?? []).slice(Number(from), Number(from) + maxCount);
  }

  subscribe(options: SubscribeOptions, subscriber: Subscriber): EventSubscription {
    const follower = new Follower(this.log, options, subscriber);
    this.#followers.push(follower);
    queueMicrotask(() => {
      follower.follow();
      follower.live();
    });
    return follower.subscription;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
