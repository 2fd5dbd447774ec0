import {
  AppendTooLarge,
  StoreFailed,
  StoreUnavailable,
  WrongExpectedRevision,
} from "@countersign/event-store/errors.ts";
import type {
  AppendResult,
  EventStore,
  ReadOptions,
  RecordedEvent,
} from "@countersign/event-store/event-store.ts";
import type { Clock } from "@countersign/runtime/clock.ts";
import { makeAdmission } from "./admission.ts";
import { openAppendChannel } from "./append-channel.ts";
import type { Append } from "./append-channel.ts";
import { actualRevisionOf, failureOf } from "./failures.ts";
import { checkedEvents } from "./new-events.ts";
import { pause } from "./pause.ts";

/** Milliseconds between the attempts of one append; the last repeats until the time allowed is over. */
const waits = [20, 50, 100, 200, 500];

/** Milliseconds that appends under way get to end by themselves when the store is closed. */
const grace = 2_000;

/** Milliseconds after which a call without any answer no longer counts as under way. Far above keep-alive. */
const forgotten = 60_000;

export interface WriterSettings {
  readonly connectionString: string;
  readonly clock: Clock;
  /** Milliseconds for all attempts of one append together. */
  readonly timeout: number;
  readonly read: (stream: string, options: ReadOptions) => AsyncIterable<RecordedEvent>;
  readonly onRetry: () => void;
}

export interface Writer {
  readonly append: EventStore["append"];
  /** Waits up to 2 s for the appends under way, gives up the rest as `StoreUnavailable`. */
  close(): Promise<void>;
}

/**
 * Appends until the outcome is known, over a connection of its own: the client closes the connection it read or
 * subscribed with when such a call fails, and an append must not be given up for another's sake.
 */
export const openWriter = (settings: WriterSettings): Writer => {
  const { clock } = settings;
  const channel = openAppendChannel(settings.connectionString);
  const admission = makeAdmission();
  const running = new Set<AbortController>();
  let idle: (() => void) | undefined;
  let closed = false;

  /** Where our own events stand at the place they were to be appended to, if they all do, in order. */
  const alreadyThere = async (append: Append): Promise<AppendResult | undefined> => {
    const { stream, expected, checked } = append;
    const ids = checked.events.map((event) => event.id);
    const from = expected === "no-stream" ? 0n : expected + 1n;
    let found = 0;
    let last: AppendResult | undefined;
    for await (const event of settings.read(stream, { from, maxCount: ids.length })) {
      if (event.eventId === ids[found]) found++;
      last = { revision: event.revision, position: event.position };
    }
    return found === ids.length ? last : undefined;
  };

  /** Sends until the outcome is known or the time is over. */
  const sendUntilKnown = async (append: Append): Promise<AppendResult> => {
    const { stream, expected, signal } = append;
    for (let attempt = 0; ; attempt++) {
      let lastCause: unknown;
      try {
        const result = (await channel.send(append)) ?? (await alreadyThere(append));
        if (result !== undefined) return result;
      } catch (cause) {
        switch (failureOf(cause)) {
          case "wrong-revision": {
            const first = await alreadyThere(append);
            if (first !== undefined) return first;
            throw new WrongExpectedRevision(stream, expected, actualRevisionOf(cause));
          }
          case "too-large":
            throw new AppendTooLarge(`the store found an append to ${stream} too large`, { cause });
          case "refused":
            throw new StoreFailed(`the store refused an append to ${stream}`, { cause });
          default:
            lastCause = cause;
        }
      }
      if (!signal.aborted) await pause(clock, waits[attempt] ?? waits.at(-1) ?? 0, signal);
      if (signal.aborted) {
        throw new StoreUnavailable(`no outcome of an append to ${stream}`, { cause: lastCause });
      }
      settings.onRetry();
    }
  };

  return {
    append: (stream, expected, events) =>
      new Promise((resolve, reject) => {
        if (closed) throw new StoreUnavailable("the store is closed");
        const checked = checkedEvents(stream, events);
        const control = new AbortController();
        const { signal } = control;
        running.add(control);
        const cancel = clock.after(settings.timeout, () => control.abort());
        const end = (): void => {
          cancel();
          running.delete(control);
          if (running.size === 0) idle?.();
        };
        signal.addEventListener("abort", () => {
          end();
          reject(new StoreUnavailable(`no answer to an append to ${stream}`));
        });
        admission.enter(checked.bytes, (leave) => {
          if (signal.aborted) return leave();
          // Given up but unanswered, the call may still be unsent, so its place is kept for a while.
          signal.addEventListener("abort", () => clock.after(forgotten, leave));
          sendUntilKnown({ stream, expected, checked, signal })
            .then(resolve, reject)
            .finally(() => {
              end();
              leave();
            });
        });
      }),

    async close() {
      closed = true;
      if (running.size > 0) {
        const cancel = clock.after(grace, () => running.forEach((control) => control.abort()));
        await new Promise<void>((resolve) => {
          idle = resolve;
        });
        cancel();
      }
      await channel.close();
    },
  };
};
