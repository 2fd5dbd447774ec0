import { StoreFailed } from "@countersign/event-store/errors.ts";
import type {
  EventSubscription,
  RecordedEvent,
  SubscribeOptions,
  Subscriber,
} from "@countersign/event-store/event-store.ts";

/** What a subscription reads from. */
export interface CommittedEvents {
  /** The last committed position. */
  readonly position: number;
  /** At most `limit` events with `after < position <= upTo` that pass the filter. */
  scan(after: number, upTo: number, limit: number): RecordedEvent[];
}

/** Events in a batch, and events kept in memory for a subscriber that is busy. */
const batchLimit = 1_000;
/** Positions scanned in one turn of the event loop, so that a filter that matches nothing does not stall it. */
const scanLimit = 5_000;
/** Foreign positions after which a subscriber is told how far it came: each telling may cost it a commit. */
const passedEvery = 500;

/**
 * One subscription. It stands at a position and moves in one of two ways: `committed` hands it what was just
 * written while it stands at the head, in the tick of the commit; otherwise it reads the table, a chunk a turn.
 */
export class SqliteSubscription implements EventSubscription {
  readonly closed: Promise<void>;
  readonly #source: CommittedEvents;
  readonly #subscriber: Subscriber;
  readonly #prefixes: readonly string[];
  readonly #ended = Promise.withResolvers<void>();
  readonly #whenOver: (self: SqliteSubscription) => void;
  #position: number;
  #toldPosition: number;
  /** Written while the subscriber was busy: the next events, unless there were too many to keep. */
  #waiting: RecordedEvent[] = [];
  /** Nothing between `#position` and the head but `#waiting`. */
  #atHead = false;
  #busy = false;
  #wasLive = false;
  #closing = false;
  #over = false;

  constructor(
    source: CommittedEvents,
    options: SubscribeOptions,
    subscriber: Subscriber,
    whenOver: (self: SqliteSubscription) => void,
  ) {
    this.#source = source;
    this.#subscriber = subscriber;
    this.#prefixes = options.streamPrefixes ?? [];
    this.#whenOver = whenOver;
    this.closed = this.#ended.promise;
    this.#position = options.from === "start" ? 0 : positionOf(options.from);
    this.#toldPosition = this.#position;
    setImmediate(this.#catchUp);
  }

  /** Called in the tick of each commit with all that it wrote, by position. Never throws. */
  committed(written: readonly RecordedEvent[]): void {
    for (let from = 0; from < written.length; from += batchLimit) {
      if (!this.#atHead || this.#closing || this.#over) return;
      const some = written.length <= batchLimit ? written : written.slice(from, from + batchLimit);
      if (this.#busy) this.#keep(some);
      else this.#hand(some);
    }
  }

  /**
   * Called when there is more and nobody has it at hand: reads all of it at once, so that whoever asks next finds it
   * delivered. A subscription that catches up or waits for its subscriber comes there by itself.
   */
  moved(): void {
    if (!this.#atHead || this.#busy) return;
    this.#atHead = false;
    while (this.#step());
  }

  /** Remembers what was written while the subscriber is busy; too much is forgotten and read from the table later. */
  #keep(written: readonly RecordedEvent[]): void {
    for (const event of written) this.#waiting.push(event);
    if (this.#waiting.length <= batchLimit) return;
    this.#waiting = [];
    this.#atHead = false;
  }

  async close(): Promise<void> {
    this.#closing = true;
    if (!this.#busy) this.#end();
    // A subscriber that failed has said so through `closed`; closing it is no failure.
    await this.closed.catch(() => undefined);
  }

  /** Ends the subscription with the error of the store or of the subscriber. */
  fail(error: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#whenOver(this);
    // Whoever closes no longer waits for the batch: it was not done, so it is delivered again after a resume.
    if (this.#closing) this.#ended.resolve();
    else this.#ended.reject(error);
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#whenOver(this);
    this.#ended.resolve();
  }

  readonly #catchUp = (): void => {
    if (this.#step()) setImmediate(this.#catchUp);
  };

  /** Reads the next chunk, or finds that there is none; true while another step is due. */
  #step(): boolean {
    if (this.#over || this.#busy) return false;
    try {
      const head = this.#source.position;
      if (this.#position > head) throw aheadOf(this.#position, head);
      if (this.#position < head) {
        this.#readOn(head);
        return !this.#busy && !this.#over;
      }
      this.#atHead = true;
      if (this.#wasLive) return false;
      this.#wasLive = true;
      this.#subscriber.live?.();
    } catch (error) {
      this.fail(error);
    }
    return false;
  }

  #readOn(head: number): void {
    const upTo = Math.min(head, this.#position + scanLimit);
    const batch = this.#source.scan(this.#position, upTo, batchLimit);
    const last = batch.at(-1);
    const to = batch.length === batchLimit && last !== undefined ? Number(last.position) : upTo;
    this.#give(batch, to);
  }

  /** Delivers what the filter leaves of events that follow `#position` without a gap. */
  #hand(written: readonly RecordedEvent[]): void {
    const last = written.at(-1);
    if (last === undefined) return;
    this.#give(
      written.every(this.#wants) ? written : written.filter(this.#wants),
      Number(last.position),
    );
  }

  readonly #wants = ({ stream }: RecordedEvent): boolean => {
    if (this.#prefixes.length === 0) return true;
    for (const prefix of this.#prefixes) if (stream.startsWith(prefix)) return true;
    return false;
  };

  /** Gives a batch to the subscriber, or tells it how far it came, and moves to position `to`. */
  #give(batch: readonly RecordedEvent[], to: number): void {
    try {
      this.#busy = true;
      let settling: void | Promise<void> = undefined;
      if (batch.length > 0) {
        settling = this.#subscriber.events(batch, String(to));
        this.#toldPosition = to;
      } else if (to - this.#toldPosition >= passedEvery) {
        settling = this.#subscriber.passed?.(String(to));
        this.#toldPosition = to;
      }
      this.#position = to;
      if (settling === undefined) return this.#settled(false);
      settling.then(
        () => this.#settled(true),
        (error: unknown) => this.#failed(error),
      );
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    this.#busy = false;
    this.fail(error);
  }

  /** The subscriber is done with its batch; `later`: in a later tick, so that events may have come meanwhile. */
  #settled(later: boolean): void {
    this.#busy = false;
    if (this.#closing) return this.#end();
    if (!later || this.#over) return;
    if (!this.#atHead) {
      setImmediate(this.#catchUp);
      return;
    }
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#hand(waiting);
  }
}

const positionOf = (checkpoint: string): number => {
  const position = /^\d{1,16}$/.test(checkpoint) ? Number(checkpoint) : Number.NaN;
  if (Number.isSafeInteger(position)) return position;
  throw new TypeError(`"${checkpoint}" is no checkpoint of the SQLite event store`);
};

const aheadOf = (position: number, head: number): StoreFailed =>
  new StoreFailed(
    `a subscriber stands at position ${position} and the event store ends at ${head}: it followed another store; delete its read model or restore the event store`,
  );
