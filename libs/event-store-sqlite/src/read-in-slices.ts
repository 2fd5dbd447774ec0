import type { ReadOptions, RecordedEvent } from "@countersign/event-store/event-store.ts";

/** Rows of a stream read at once. */
const sliceLimit = 500;

/** A stream's events as `ReadOptions` want them, a slice at a time; `read` answers at most `limit` from a revision on. */
export async function* readInSlices(
  options: ReadOptions,
  read: (from: number, limit: number) => readonly RecordedEvent[],
): AsyncIterable<RecordedEvent> {
  let from = Number(options.from ?? 0n);
  let left = options.maxCount ?? Number.POSITIVE_INFINITY;
  while (left > 0) {
    const limit = Math.min(left, sliceLimit);
    const slice = read(from, limit);
    yield* slice;
    if (slice.length < limit) return;
    from += slice.length;
    left -= slice.length;
  }
}
