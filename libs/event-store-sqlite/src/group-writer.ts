import { WrongExpectedRevision } from "@countersign/event-store/errors.ts";
import type {
  AppendResult,
  ExpectedRevision,
  NewEvent,
  RecordedEvent,
} from "@countersign/event-store/event-store.ts";
import type { EventTable } from "./event-table.ts";
import { recorded } from "./rows.ts";
import { StreamHeads } from "./stream-heads.ts";

/** An append that waits for its group, and what it will be answered. */
export interface PendingAppend {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly events: readonly NewEvent[];
  readonly resolve: (result: AppendResult) => void;
  readonly reject: (error: unknown) => void;
}

/** What became of an append once its group is committed: a result, or a conflict. */
export type Answer = AppendResult | WrongExpectedRevision;

/** A committed group. */
export interface GroupOutcome {
  /** In the order of the group. */
  readonly answers: readonly Answer[];
  /** By position. */
  readonly written: readonly RecordedEvent[];
}

/** Streams whose head is remembered. Whoever comes back to one later has read it before, so that a look-up adds little. */
const rememberedStreams = 10_000;

/**
 * Writes a group of appends in one transaction with one sync. An append that conflicts writes nothing and leaves
 * the others alone. Any error of SQLite is thrown: then nothing of the group may be answered as written.
 */
export class GroupWriter {
  readonly #table: EventTable;
  readonly #heads = new StreamHeads(rememberedStreams);
  #position: number;

  constructor(table: EventTable) {
    this.#table = table;
    this.#position = table.lastPosition();
  }

  /** The last position that was committed. */
  get position(): number {
    return this.#position;
  }

  write(group: readonly PendingAppend[]): GroupOutcome {
    const written: RecordedEvent[] = [];
    this.#table.begin();
    const answers = group.map((append) => this.#append(append, written));
    this.#table.commit();
    this.#position += written.length;
    return { answers, written };
  }

  #append({ stream, expected, events }: PendingAppend, written: RecordedEvent[]): Answer {
    const at = expected === "no-stream" ? -1 : Number(expected);
    const head = this.#heads.get(stream);
    if (head === undefined && expected === "no-stream") {
      const first = events[0];
      const position = this.#position + written.length + 1;
      if (first !== undefined && this.#table.insertFirst(position, stream, first)) {
        return this.#insert(stream, at, events, written, 1);
      }
    }
    const actual = head ?? this.#lookUp(stream);
    // A negative revision is none: only `no-stream` starts a stream.
    if (actual === at && (at >= 0 || expected === "no-stream")) {
      return this.#insert(stream, at, events, written, 0);
    }
    const first = at < actual ? this.#firstResult(stream, at, events) : undefined;
    return (
      first ??
      new WrongExpectedRevision(stream, expected, actual < 0 ? "no-stream" : BigInt(actual))
    );
  }

  /** Writes the events behind revision `at`; the first `done` stand there already. */
  #insert(
    stream: string,
    at: number,
    events: readonly NewEvent[],
    written: RecordedEvent[],
    done: number,
  ): AppendResult {
    let revision = at;
    let position = this.#position + written.length;
    let last: RecordedEvent | undefined;
    for (const event of events) {
      revision++;
      position++;
      if (revision > at + done) this.#table.insert(position, stream, revision, event);
      last = recorded(
        position,
        stream,
        revision,
        event.eventId,
        event.type,
        event.data,
        event.metadata,
        event.decided,
      );
      written.push(last);
    }
    this.#heads.set(stream, revision);
    return { revision: last?.revision ?? BigInt(at), position: last?.position ?? BigInt(position) };
  }

  #lookUp(stream: string): number {
    const head = this.#table.head(stream);
    this.#heads.set(stream, head);
    return head;
  }

  /** The result of the append that wrote exactly these ids at this place, if one did. */
  #firstResult(stream: string, at: number, events: readonly NewEvent[]): AppendResult | undefined {
    if (at < -1) return undefined;
    const last = at + events.length;
    const there = this.#table.ids(stream, at + 1, last);
    const same =
      there.length === events.length &&
      there.every(({ eventId }, n) => eventId === events[n]?.eventId);
    if (!same) return undefined;
    return { revision: BigInt(last), position: BigInt(there.at(-1)?.position ?? 0) };
  }
}
