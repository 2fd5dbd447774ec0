/** The last position that the event store committed, where other threads can read it. */
export interface CommittedPosition {
  /** One 64-bit integer. */
  readonly cell: SharedArrayBuffer;
  /** The store is at `position` now: writes it down, then tells who follows. */
  readonly reached: (position: number) => void;
  /** Calls `listener` from now on whenever it moves. Returns how to stop. */
  follow(listener: () => void): () => void;
}

/** Starts at 0. */
export const makeCommittedPosition = (): CommittedPosition => {
  const cell = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);
  const position = new BigInt64Array(cell);
  const listeners = new Set<() => void>();
  return {
    cell,
    reached(reached) {
      Atomics.store(position, 0, BigInt(reached));
      for (const listener of listeners) listener();
    },
    follow(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
