import { readRequestEvent } from "@countersign/domain/read-events.ts";
import { absentRequest, evolve } from "@countersign/domain/request/evolve.ts";
import type { KnownRequest, RequestState } from "@countersign/domain/request/state.ts";
import { categoryOf, type StoredEvent } from "./stored-event.ts";

/** Folded requests of somebody else in this process: the commander's fold cache. */
export interface SharedStates {
  /** The state exactly at `revision`, or undefined when it is not at hand. */
  at(stream: string, revision: bigint): RequestState | undefined;
}

/** A stream of which the events up to `upTo`, inclusive, must be folded before a batch can be projected. */
export interface MissingState {
  readonly stream: string;
  readonly upTo: bigint;
}

interface Held {
  readonly state: RequestState;
  readonly revision: bigint;
}

/** Default bound: about 4 KB each. */
const CAPACITY = 20_000;

const nobody: SharedStates = { at: () => undefined };

/**
 * The states of requests that a batch of events leads to. In one process with the commander they are its own, folded
 * once; otherwise they are folded here, least recently used out first, and what is missing is read from the store.
 */
export class RequestStates {
  readonly #shared: SharedStates;
  readonly #own = new Map<string, Held>();
  /** Needed by the batch at hand, however many they are. A new one for each: old tables of one that is cleared would keep them. */
  #pinned = new Map<string, Held>();
  readonly #capacity: number;

  constructor(shared: SharedStates = nobody, capacity = CAPACITY) {
    this.#shared = shared;
    this.#capacity = capacity;
  }

  /** What must be loaded and given to `pin` before `after` can answer for this batch. */
  missing(batch: readonly StoredEvent[]): MissingState[] {
    const spans = new Map<string, { readonly first: bigint; last: bigint }>();
    // After a change of people inside the batch the states in between are wanted too, which nobody shares.
    let inBetween = false;
    for (const { stream, revision } of batch) {
      if (stream.startsWith("request-")) {
        const span = spans.get(stream);
        if (span === undefined) spans.set(stream, { first: revision, last: revision });
        else span.last = revision;
      } else if (stream.startsWith("directory-") || stream.startsWith("delegation-"))
        inBetween = true;
    }
    const missing: MissingState[] = [];
    for (const [stream, { first, last }] of spans) {
      if (first === 0n || this.#held(stream, first - 1n) !== undefined) continue;
      if (!inBetween && this.secure(stream, last)) continue;
      missing.push({ stream, upTo: first - 1n });
    }
    return missing;
  }

  /**
   * The state after events that follow one another in one stream; undefined while the request is absent, which an
   * abandoned one stays. Throws when what came before is not at hand.
   */
  after(stream: string, events: readonly StoredEvent[]): KnownRequest | undefined {
    const first = events[0];
    const last = events[events.length - 1];
    if (first === undefined || last === undefined) throw new Error(`no events of ${stream}`);
    const reached = this.at(stream, last.revision);
    if (reached !== undefined) return known(reached);
    let state = first.revision === 0n ? absentRequest : this.#held(stream, first.revision - 1n);
    if (state === undefined)
      throw new Error(`the state of ${stream} before revision ${first.revision} is not at hand`);
    for (const event of events) state = evolve(state, readRequestEvent(event));
    this.#hold(stream, state, last.revision);
    return known(state);
  }

  /**
   * True when the state at a revision is at hand, and then it stays so until the batch is done: while something else
   * is loaded, the commander moves on and forgets it.
   */
  secure(stream: string, revision: bigint): boolean {
    const state = this.at(stream, revision);
    if (state !== undefined) this.pin(stream, state, revision);
    return state !== undefined;
  }

  /** The state at a revision, if it is at hand. */
  at(stream: string, revision: bigint): RequestState | undefined {
    return this.#shared.at(stream, revision) ?? this.#held(stream, revision);
  }

  /** Remembers a state until the batch is done. */
  pin(stream: string, state: RequestState, revision: bigint): void {
    this.#pinned.set(stream, { state, revision });
  }

  /** The batch is done. */
  unpin(): void {
    if (this.#pinned.size > 0) this.#pinned = new Map();
  }

  #held(stream: string, revision: bigint): RequestState | undefined {
    const own = this.#own.get(stream);
    if (own?.revision === revision) return own.state;
    const pinned = this.#pinned.get(stream);
    return pinned?.revision === revision ? pinned.state : undefined;
  }

  #hold(stream: string, state: RequestState, revision: bigint): void {
    this.#own.delete(stream);
    this.#own.set(stream, { state, revision });
    if (this.#own.size > this.#capacity) {
      const oldest = this.#own.keys().next();
      if (oldest.done !== true) this.#own.delete(oldest.value);
    }
  }
}

const known = (state: RequestState): KnownRequest | undefined =>
  state.status === "absent" ? undefined : state;

/** The state that a stream's events lead to, for whoever loads what is missing. */
export const foldRequest = (events: readonly StoredEvent[]): RequestState => {
  let state: RequestState = absentRequest;
  for (const event of events) state = evolve(state, readRequestEvent(event));
  return state;
};

/** The events of each request in a batch, in order of first occurrence. */
export const byRequest = (batch: readonly StoredEvent[]): Map<string, StoredEvent[]> => {
  const events = new Map<string, StoredEvent[]>();
  for (const event of batch) {
    if (categoryOf(event.stream) !== "request") continue;
    const known = events.get(event.stream);
    if (known === undefined) events.set(event.stream, [event]);
    else known.push(event);
  }
  return events;
};
