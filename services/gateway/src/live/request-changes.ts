import type { Caller } from "../edge/inner.ts";
import type { EntryMemo, QueueEntry } from "../graphql/entry-memo.ts";
import type { LiveEvent } from "./feeds.ts";
import { watch, type LiveParts, type Watch } from "./watch.ts";

export interface ChangesListener {
  /** The request after a change, at most once for the events of one commit. */
  changed(entry: QueueEntry): void | Promise<void>;
  /**
   * Others may act now, and nothing is written to their requests: the directory or a delegation changed, last at this
   * position, or `turn` was called (null).
   */
  peopleChanged?(position: bigint | null): Promise<void>;
  ended(): void;
}

/** Changes of requests, attached when it resolves and given on once started. */
export interface Changes {
  start(): void;
  /** Time alone changed who may act. */
  turn(): void;
  close(): void;
}

/** Categories of events that say who may act. */
const PEOPLE = new Set(["directory", "delegation"]);
/** Requests that changed while the reader was busy; each stands here once. */
const MAX_DIRTY = 10_000;

/**
 * Follows the requests that the caller may see, one after the other in the order of their changes. Only `requestId`
 * when it is named, otherwise all. Rejects with `Refused` when the caller is unknown.
 */
export const openRequestChanges = async (
  parts: LiveParts,
  entries: EntryMemo,
  caller: Caller,
  requestId: string | null,
  listener: ChangesListener,
): Promise<Changes> => {
  const dirty = new Map<string, bigint>();
  let people: { readonly at: bigint | null } | undefined;
  let started = false;
  let running = false;
  let closed = false;

  const drain = async (): Promise<void> => {
    for (const [id, position] of dirty) {
      if (closed) return;
      dirty.delete(id);
      const entry = await entries.read(caller, id, position);
      if (entry !== null && !closed) await listener.changed(entry);
    }
    const changedPeople = people;
    people = undefined;
    if (changedPeople !== undefined && !closed) await listener.peopleChanged?.(changedPeople.at);
  };
  const run = (): void => {
    if (!started || running || closed || (dirty.size === 0 && people === undefined)) return;
    running = true;
    // The events of one commit come in one turn: after it, they are one change.
    setImmediate(() => {
      drain()
        .catch((err: unknown) => {
          parts.log.warn({ err, correlationId: caller.correlationId }, "a subscription ended");
          ended();
        })
        .finally(() => {
          running = false;
          run();
        });
    });
  };
  const changed = (event: LiveEvent): void => {
    if (PEOPLE.has(event.category) && listener.peopleChanged !== undefined) {
      people = { at: event.position };
      run();
    }
    if (event.requestId === null || (requestId !== null && event.requestId !== requestId)) return;
    dirty.delete(event.requestId);
    dirty.set(event.requestId, event.position);
    if (dirty.size > MAX_DIRTY) ended();
    else run();
  };
  // The right may end while the watch is still being set up.
  const held: { watch?: Watch } = {};
  const close = (): void => {
    closed = true;
    held.watch?.close();
  };
  const ended = (): void => {
    if (closed) return;
    close();
    listener.ended();
  };
  held.watch = await watch(parts, caller, { event: changed, ended });
  if (closed) held.watch.close();
  return {
    start() {
      started = true;
      run();
    },
    turn() {
      people ??= { at: null };
      run();
    },
    close,
  };
};
