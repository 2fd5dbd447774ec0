import { resultText } from "@countersign/messaging/answers.ts";
import { resultOf } from "../edge/answer.ts";
import type { Caller } from "../edge/inner.ts";
import { watch, type LiveParts, type Watch } from "./watch.ts";
import type { LiveEvent } from "./feeds.ts";

/** An event on its way to one reader. */
export interface StreamedEvent {
  /** Decimal text. */
  readonly position: string;
  /** The CloudEvent, JSON text. */
  readonly text: string;
}

export interface ReplayListener {
  event(event: StreamedEvent): void;
  /** The stream cannot go on: the right ended, or the reader fell too far behind. Resume by position. */
  ended(): void;
}

export interface Replay {
  /** Starts what was attached: the past first, then live, without gap or repeat. Called once. */
  start(listener: ReplayListener): void;
  close(): void;
}

const PAGE = 500;
/** Events that may come in while the past is still being read. */
const MAX_PENDING = 10_000;
const MAX_KNOWN_REQUESTS = 10_000;
const BEHIND_RETRY_MS = 50;
const BEHIND_RETRIES = 100;

interface Page {
  readonly items: readonly { readonly position: string; readonly cloud_event: unknown }[];
  readonly next: string | null;
}

/**
 * The org's events from after `from` (now when null) and on. Attached when it resolves. Past events come by query,
 * so those published before attaching that the projector had not seen yet are asked for once more when the first
 * live one arrives.
 */
export const openReplay = async (
  parts: LiveParts,
  caller: Caller,
  from: string | null,
): Promise<Replay> => {
  const { inner, clock, log } = parts;
  const isAgent = caller.who.principal.kind === "agent";
  const pending: LiveEvent[] = [];
  const own = new Map<string, boolean>();
  let floor = from === null ? -1n : BigInt(from);
  let caughtUp = false;
  let confirmed = from === null;
  let running = false;
  let closed = false;
  let listener: ReplayListener | undefined;

  // The right may end while the watch is still being set up.
  const held: { watch?: Watch } = {};
  const close = (): void => {
    closed = true;
    held.watch?.close();
  };
  const ended = (): void => {
    if (closed) return;
    close();
    listener?.ended();
  };

  /** An agent sees requests it made or is named to decide; neither ever changes. */
  const isOwn = async (event: LiveEvent): Promise<boolean> => {
    if (event.requestId === null) return false;
    const known = own.get(event.requestId);
    if (known !== undefined) return known;
    const reply = await inner.query(caller, "request", {
      id: event.requestId,
      min_position: String(event.position),
    });
    const visible = resultText(reply) !== undefined;
    if (own.size >= MAX_KNOWN_REQUESTS) own.clear();
    own.set(event.requestId, visible);
    return visible;
  };

  /** Reads on from the floor; returns false when nothing was there. */
  const readPast = async (): Promise<boolean> => {
    const reply = await inner.query(caller, "events", { after: String(floor), limit: PAGE });
    const { items } = resultOf<Page>(reply, caller.correlationId, log);
    for (const { position, cloud_event } of items) {
      if (closed) return false;
      floor = BigInt(position);
      listener?.event({ position, text: JSON.stringify(cloud_event) });
    }
    return items.length === PAGE;
  };

  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      clock.after(BEHIND_RETRY_MS, resolve);
    });

  /** Reads until the projector has passed the first live event that this reader sees. */
  const confirm = async (first: bigint): Promise<void> => {
    for (let tries = 0; tries < BEHIND_RETRIES && !closed; tries++) {
      const more = await readPast();
      if (floor >= first) return;
      if (!more) await pause();
    }
  };

  const drain = async (): Promise<void> => {
    while (!caughtUp && !closed) caughtUp = !(await readPast());
    for (let event = pending[0]; event !== undefined && !closed; event = pending[0]) {
      const visible = !isAgent || (await isOwn(event));
      if (visible && !confirmed) {
        await confirm(event.position);
        confirmed = true;
      }
      pending.shift();
      if (!visible || event.position <= floor) continue;
      if (!closed) listener?.event({ position: String(event.position), text: event.text });
    }
  };

  const run = (): void => {
    if (running || closed) return;
    running = true;
    drain()
      .catch((err: unknown) => {
        log.warn({ err, correlationId: caller.correlationId }, "a stream of events ended");
        ended();
      })
      .finally(() => {
        running = false;
        if (pending.length > 0) run();
      });
  };

  held.watch = await watch(parts, caller, {
    event(event) {
      if (caughtUp && confirmed && !running && !isAgent && listener !== undefined) {
        if (event.position > floor) {
          listener?.event({ position: String(event.position), text: event.text });
        }
        return;
      }
      pending.push(event);
      if (pending.length > MAX_PENDING) ended();
      else if (listener !== undefined) run();
    },
    ended,
  });
  if (closed) held.watch.close();
  if (from === null) caughtUp = true;
  return {
    start(starting) {
      listener = starting;
      if (closed) starting.ended();
      else run();
    },
    close,
  };
};
