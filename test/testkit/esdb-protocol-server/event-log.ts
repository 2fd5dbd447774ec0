/** An event as the server keeps it. Bytes are kept as they came. */
export interface LoggedEvent {
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
  readonly stream: string;
  readonly revision: bigint;
  /** Commit and prepare position alike: a byte offset, so ascending with gaps. */
  readonly position: bigint;
  /** .NET ticks, as text. */
  readonly created: string;
}

export type ProposedEvent = Pick<LoggedEvent, "id" | "type" | "contentType" | "data" | "metadata">;

export type Expected = bigint | "no-stream" | "any" | "stream-exists";

export type Appended =
  | { readonly outcome: "written"; readonly revision: bigint; readonly position: bigint }
  | { readonly outcome: "wrong-revision"; readonly actual: bigint | "no-stream" }
  | { readonly outcome: "deleted" };

/** The revision of a tombstone: the highest there is. */
const lastOfAll = 0x7fff_ffff_ffff_ffffn;

/** The state of the server: outlives the process that serves it, as a disk would. */
export class EventLog {
  readonly all: LoggedEvent[] = [];
  /** Bytes of data that one append may hold; metadata does not count. An operator may set less. */
  mostData = 1024 * 1024;
  /** Off: an append that is sent again is judged by its revision alone. */
  remembersIds = true;
  readonly #streams = new Map<string, LoggedEvent[]>();
  readonly #tombstoned = new Set<string>();
  readonly #listeners = new Set<(event: LoggedEvent) => void>();
  #end = 1_000n;

  /** The events of a stream, or undefined when nobody has written it. */
  stream(name: string): readonly LoggedEvent[] | undefined {
    return this.#streams.get(name);
  }

  /** True when an operator deleted the stream for good: nothing of it is read, and nothing appended again. */
  isTombstoned(name: string): boolean {
    return this.#tombstoned.has(name);
  }

  /** Deletes a stream for good. What says so stands in `$all` under the stream's own name, and is no JSON. */
  tombstone(name: string): void {
    this.#tombstoned.add(name);
    this.#write(
      name,
      [],
      [
        {
          id: `00000000-0000-4000-8000-${this.#end.toString().padStart(12, "0")}`,
          type: "$streamDeleted",
          contentType: "application/octet-stream",
          data: new Uint8Array(),
          metadata: new Uint8Array(),
        },
      ],
      lastOfAll,
    );
  }

  /** True when such an append is answered with "maximum append size exceeded". */
  isTooLarge(events: readonly ProposedEvent[]): boolean {
    return events.reduce((bytes, event) => bytes + event.data.length, 0) > this.mostData;
  }

  /**
   * Decides like the index writer of EventStoreDB: at the current revision anything is written, ids that were
   * written before included; at an older one it succeeds when exactly these ids stand there, compared by id alone.
   * With `any` ids are looked for in the whole stream, as while they are in the server's memory.
   */
  append(name: string, expected: Expected, events: readonly ProposedEvent[]): Appended {
    if (this.isTombstoned(name)) return { outcome: "deleted" };
    const stream = this.#streams.get(name) ?? [];
    const current = stream.length - 1;
    const actual = current < 0 ? "no-stream" : BigInt(current);
    const wrong: Appended = { outcome: "wrong-revision", actual };
    if (expected === "stream-exists" && current < 0) return wrong;
    let from = current;
    if (expected === "any" || expected === "stream-exists") {
      const first = stream.findIndex((event) => event.id === events[0]?.id);
      if (first >= 0) from = first - 1;
    } else {
      from = expected === "no-stream" ? -1 : Number(expected);
    }
    if (from > current) return wrong;
    if (from === current) {
      this.#streams.set(name, stream);
      return this.#write(name, stream, events, BigInt(stream.length));
    }
    const there = stream.slice(from + 1, from + 1 + events.length);
    const last = there.at(-1);
    const same =
      there.length === events.length && there.every((event, n) => event.id === events[n]?.id);
    if (!this.remembersIds || !same || last === undefined) return wrong;
    return { outcome: "written", revision: last.revision, position: last.position };
  }

  /** Calls back for every event written from now on, within the append. Answers how to stop. */
  listen(listener: (event: LoggedEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Index in `all` of the first event behind a position. */
  indexBehind(position: bigint): number {
    let [low, high] = [0, this.all.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.all[middle]?.position ?? 0n) <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #write(
    name: string,
    stream: LoggedEvent[],
    events: readonly ProposedEvent[],
    first: bigint,
  ): Appended {
    const written = events.map((event, n): LoggedEvent => {
      const position = this.#end;
      this.#end += BigInt(180 + name.length + event.data.length + event.metadata.length);
      return {
        ...event,
        stream: name,
        revision: first + BigInt(n),
        position,
        created: String(638_000_000_000_000_000n + position),
      };
    });
    for (const event of written) {
      stream.push(event);
      this.all.push(event);
    }
    for (const event of written) for (const listener of this.#listeners) listener(event);
    const last = written.at(-1);
    return {
      outcome: "written",
      revision: last?.revision ?? first - 1n,
      position: last?.position ?? 0n,
    };
  }
}
