import type { Basis, EventMetadata } from "@countersign/domain/actor.ts";

/** A stream folded up to a revision, with what dedupe and time need to know. */
export interface Fold<State> {
  readonly state: State;
  /** -1n while the stream is absent. */
  readonly revision: bigint;
  /** Position of the last event; 0n while the stream is absent. */
  readonly position: bigint;
  /** ISO time of the last event, or null. */
  readonly lastOccurredAt: string | null;
  /** What the last decision had read of the org's reference streams: whoever decides next must know as much. */
  readonly basis: Basis | null;
  /** Hash (or null) by command id. Shared by successive folds of one stream: it only grows. */
  readonly commands: Map<string, string | null>;
}

export const emptyFold = <State>(initial: State): Fold<State> => ({
  state: initial,
  revision: -1n,
  position: 0n,
  lastOccurredAt: null,
  basis: null,
  commands: new Map(),
});

/** The fold after one more event. */
export const nextFold = <State>(
  fold: Fold<State>,
  state: State,
  metadata: EventMetadata,
  position: bigint,
): Fold<State> => {
  fold.commands.set(metadata.commandId, metadata.commandHash ?? null);
  return {
    state,
    revision: fold.revision + 1n,
    position,
    lastOccurredAt: metadata.occurredAt,
    basis: metadata.basis ?? fold.basis,
    commands: fold.commands,
  };
};

/** What holds folded streams, and gives back those it still has. */
export interface Folds<State> {
  get(stream: string): Fold<State> | undefined;
  /** The state exactly at `revision`, if it is here: never older, never newer. */
  at(stream: string, revision: bigint): State | undefined;
  set(stream: string, fold: Fold<State>): void;
  drop(stream: string): void;
}

/**
 * Folded streams by name. A commander's memory, and in one process also the projector's: states are immutable, so both
 * may hold the same one. What is missing is read from the store.
 * Two generations: when the young one is full the old one is forgotten, and what is used moves to the young one. That
 * is one Map operation a use; an exact least-recently-used order took three, and large Maps that never stop changing.
 */
export class FoldCache<State> implements Folds<State> {
  readonly #capacity: number;
  #young = new Map<string, Fold<State>>();
  #old = new Map<string, Fold<State>>();

  /** Holds at most `capacity` streams, and always the half of it used last. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get(stream: string): Fold<State> | undefined {
    const young = this.#young.get(stream);
    if (young !== undefined) return young;
    const old = this.#old.get(stream);
    if (old !== undefined) this.set(stream, old);
    return old;
  }

  at(stream: string, revision: bigint): State | undefined {
    const fold = this.#young.get(stream) ?? this.#old.get(stream);
    return fold !== undefined && fold.revision === revision ? fold.state : undefined;
  }

  set(stream: string, fold: Fold<State>): void {
    this.#young.set(stream, fold);
    if (this.#young.size * 2 <= this.#capacity) return;
    this.#old = this.#young;
    this.#young = new Map();
  }

  drop(stream: string): void {
    this.#young.delete(stream);
    this.#old.delete(stream);
  }
}
