import type { RequestView } from "@countersign/domain/request/view/wire.ts";
import { resultOf } from "../edge/answer.ts";
import type { Caller, Inner } from "../edge/inner.ts";
import type { Log } from "../edge/log.ts";
import { Refused } from "../edge/refused.ts";

/** A time that concerns a person: milliseconds, half open. */
interface Span {
  readonly person: string;
  readonly starts: number;
  readonly ends: number;
}

/** A request and for whom it waits: what a live queue needs to know about a change. */
export interface QueueEntry {
  readonly request: RequestView;
  /** Ids of people. */
  readonly now: readonly string[];
  readonly later: readonly string[];
  /** Who may act for one of `now`. */
  readonly stand_ins: readonly Span[];
  /** When one of `now` has handed it over and does not answer. */
  readonly handed_over: readonly Span[];
}

/** Reads the entry of a change once for all who watch. */
export interface EntryMemo {
  /** Null when the caller may not see it. */
  read(caller: Caller, requestId: string, position: bigint): Promise<QueueEntry | null>;
  /** As it is now, for one who watches. */
  readAnew(caller: Caller, requestId: string): Promise<QueueEntry | null>;
}

const MAX_ENTRIES = 1000;

export const makeEntryMemo = (inner: Inner, log: Log): EntryMemo => {
  const entries = new Map<string, Promise<QueueEntry | null>>();

  const load = async (caller: Caller, id: string, position: bigint): Promise<QueueEntry | null> => {
    const reply = await inner.query(caller, "queue-entry", { id, min_position: String(position) });
    try {
      return resultOf<QueueEntry>(reply, caller.correlationId, log);
    } catch (error) {
      if (error instanceof Refused && error.error.code === "not-found") return null;
      throw error;
    }
  };

  return {
    readAnew: (caller, requestId) => load(caller, requestId, 0n),
    read(caller, requestId, position) {
      const { kind, id, org } = caller.who.principal;
      // People see their whole org, so one answer serves them all; an agent sees its own.
      const scope = kind === "person" ? "people" : id;
      const key = `${org} ${scope} ${requestId} ${position}`;
      const known = entries.get(key);
      // Somebody else's failure, such as a right that just ended, is not this caller's.
      if (known !== undefined) return known.catch(() => load(caller, requestId, position));
      if (entries.size >= MAX_ENTRIES) {
        const [oldest] = entries.keys();
        if (oldest !== undefined) entries.delete(oldest);
      }
      const loaded = load(caller, requestId, position);
      entries.set(key, loaded);
      return loaded;
    },
  };
};
