import {
  AppendTooLarge,
  StoreFailed,
  StoreUnavailable,
  WrongExpectedRevision,
} from "@countersign/event-store/errors.ts";
import type {
  AppendResult,
  ExpectedRevision,
  NewEvent,
  ReadOptions,
  RecordedEvent,
} from "@countersign/event-store/event-store.ts";
import type { Clock } from "@countersign/runtime/clock.ts";
import { makeAdmission } from "./admission.ts";
import { connect, credentialsOf, disconnect, leaveBatchSeat, takeBatchSeat } from "./connection.ts";
import { actualRevisionOf, failureOf } from "./failures.ts";
import { checkedEvents } from "./new-events.ts";
import type { CheckedEvents } from "./new-events.ts";
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
  /** As `EventStore.append`. */
  append(
    stream: string,
    expected: ExpectedRevision,
    events: readonly NewEvent[],
  ): Promise<AppendResult>;
  /** Waits up to 2 s for the appends under way, gives up the rest as `StoreUnavailable`. */
  close(): Promise<void>;
}

/** An append as it is sent, again and again if need be: the same ids at the same revision. */
interface Append {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly checked: CheckedEvents;
  /** Aborted when its time is over or the store closes. */
  readonly signal: AbortSignal;
}

/**
 * Appends over a connection of their own: the client closes the connection it read or subscribed with when such a
 * call fails, and an append must not find itself on a connection that was given up for another's sake.
 */
export const openWriter = (settings: WriterSettings): Writer => {
  const { clock } = settings;
  const seat = {};
  const admission = makeAdmission();
  const running = new Set<AbortController>();
  let idle: (() => void) | undefined;
  let client = connect(settings.connectionString);
  let sending = 0;
  let suspect = false;
  let closed = false;

  /** The client remembers a failed first call of a connection for ever, so a connection that failed is replaced. */
  const freshClient = (): void => {
    if (!suspect || sending > 0) return;
    suspect = false;
    void disconnect(client);
    client = connect(settings.connectionString);
  };

  /** Where our own events stand at the place they were to be appended to, if they all do, in order. */
  const alreadyThere = async ({
    stream,
    expected,
    checked,
  }: Append): Promise<AppendResult | undefined> => {
    const from = expected === "no-stream" ? 0n : expected + 1n;
    const ids = checked.events.map((event) => event.id);
    let found = 0;
    let last: AppendResult | undefined;
    for await (const event of settings.read(stream, { from, maxCount: ids.length })) {
      if (event.eventId !== ids[found]) return undefined;
      found++;
      last = { revision: event.revision, position: event.position };
    }
    return found === ids.length ? last : undefined;
  };

  const send = async (append: Append): Promise<AppendResult | undefined> => {
    freshClient();
    sending++;
    try {
      const result = await client.appendToStream(append.stream, append.checked.events, {
        expectedRevision: append.expected === "no-stream" ? "no_stream" : append.expected,
        ...(takeBatchSeat(seat) ? {} : { credentials: credentialsOf(settings.connectionString) }),
      });
      suspect = false;
      if (result.position === undefined) return undefined;
      return { revision: result.nextExpectedRevision, position: result.position.commit };
    } finally {
      sending--;
    }
  };

  /** Sends until the outcome is known or the time is over. */
  const sendUntilKnown = async (append: Append): Promise<AppendResult> => {
    const { stream, expected } = append;
    for (let attempt = 0; ; attempt++) {
      try {
        const result = (await send(append)) ?? (await alreadyThere(append));
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
            suspect = true;
            if (append.signal.aborted) throw new StoreUnavailable("no answer", { cause });
        }
      }
      settings.onRetry();
      await pause(clock, waits[attempt] ?? waits.at(-1) ?? 0, append.signal);
      if (append.signal.aborted) throw new StoreUnavailable(`no outcome of an append to ${stream}`);
    }
  };

  return {
    append(stream, expected, events) {
      return new Promise((resolve, reject) => {
        if (closed) throw new StoreUnavailable("the store is closed");
        const checked = checkedEvents(stream, events);
        const control = new AbortController();
        running.add(control);
        const cancel = clock.after(settings.timeout, () => control.abort());
        const end = (): void => {
          cancel();
          running.delete(control);
          if (running.size === 0) idle?.();
        };
        control.signal.addEventListener("abort", () => {
          end();
          reject(new StoreUnavailable(`no answer to an append to ${stream}`));
        });
        admission.enter(checked.bytes, (leave) => {
          if (control.signal.aborted) return leave();
          const append = { stream, expected, checked, signal: control.signal };
          // Given up but unanswered, the call may still be unsent, so its place is kept for a while.
          control.signal.addEventListener("abort", () => clock.after(forgotten, leave));
          sendUntilKnown(append)
            .then(resolve, reject)
            .finally(() => {
              end();
              leave();
            });
        });
      });
    },

    async close() {
      closed = true;
      if (running.size > 0) {
        const cancel = clock.after(grace, () => running.forEach((control) => control.abort()));
        await new Promise<void>((resolve) => {
          idle = resolve;
        });
        cancel();
      }
      await disconnect(client);
      leaveBatchSeat(seat);
    },
  };
};
