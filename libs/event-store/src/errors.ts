import type { ExpectedRevision } from "./event-store.ts";

/** The stream is not where the append expected it: reload and decide again. */
export class WrongExpectedRevision extends Error {
  override readonly name = "WrongExpectedRevision";
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly actual: bigint | "no-stream";

  constructor(stream: string, expected: ExpectedRevision, actual: bigint | "no-stream") {
    super(`stream ${stream} is at ${actual}, expected ${expected}`);
    this.stream = stream;
    this.expected = expected;
    this.actual = actual;
  }
}

/** The outcome of an append is unknown, or the store cannot be reached: retry with the same ids and revision. */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
}

/** More than 1 MiB of data in one append. Commands are limited so that this never happens. */
export class AppendTooLarge extends Error {
  override readonly name = "AppendTooLarge";
}

/** An append without events or stream, or an event without a type, with an id that is no lower-case UUID, or with text that is no JSON: a bug of the caller. */
export class InvalidEvent extends Error {
  override readonly name = "InvalidEvent";
}

/** The store refused to open or stopped for good (corrupt file, full disk, second process): say it and exit 1. */
export class StoreFailed extends Error {
  override readonly name = "StoreFailed";
}
