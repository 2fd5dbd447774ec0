/**
 * One append call after the other over whatever connection works. Knows when the client has to be replaced, which
 * calls have to wait for another, and whether to append in batches.
 */
import type { AppendResult, ExpectedRevision } from "@countersign/event-store/event-store.ts";
import { connect, credentialsOf, disconnect, leaveBatchSeat, takeBatchSeat } from "./connection.ts";
import type { EventStoreDBClient } from "./connection.ts";
import { failureOf } from "./failures.ts";
import type { CheckedEvents } from "./new-events.ts";

/**
 * Milliseconds. In a batch the client says until what time of its own clock an append may be written, and the server
 * looks at its own clock: with the client's default of 10 s a server whose clock is that much ahead would refuse all of
 * them. The server waits two seconds at most, whatever is said here.
 */
const deadline = 86_400_000;

/** An append as it is sent, again and again if need be: the same ids at the same revision. */
export interface Append {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly checked: CheckedEvents;
  /** Aborted when its time is over or the store closes. */
  readonly signal: AbortSignal;
}

export interface AppendChannel {
  /**
   * Sends once. Undefined when the store accepted the append without saying where it stands. Throws what the client
   * threw. May stay unanswered; then the append's signal gets aborted by its owner.
   */
  send(append: Append): Promise<AppendResult | undefined>;
  close(): Promise<void>;
}

interface Connection {
  readonly client: EventStoreDBClient;
  /** Calls without an answer so far. */
  unanswered: number;
  /** It has answered something since it was made or last failed. */
  warm: boolean;
  failed: boolean;
  /** A call over it was given up: it may never answer again. */
  hung: boolean;
}

export const openAppendChannel = (connectionString: string): AppendChannel => {
  const seat = {};
  const credentials = credentialsOf(connectionString);
  const made = (): Connection => ({
    client: connect(connectionString),
    unanswered: 0,
    warm: false,
    failed: false,
    hung: false,
  });
  let connection = made();
  let opening: Promise<void> | undefined;

  /**
   * The client remembers a failed first call of a connection for ever, so a connection that failed is replaced.
   * The old one is gone before the new one has asked the server what it can do, so its end takes no append along.
   */
  const usable = (): Connection => {
    const { warm, failed, hung, unanswered, client } = connection;
    if (hung || (failed && !warm && unanswered === 0)) {
      void disconnect(client);
      connection = made();
    }
    return connection;
  };

  const call = async (append: Append): Promise<AppendResult | undefined> => {
    const used = usable();
    used.unanswered++;
    const onAbort = (): void => {
      used.hung = true;
    };
    append.signal.addEventListener("abort", onAbort);
    try {
      const result = await used.client.appendToStream(append.stream, append.checked.events, {
        expectedRevision: append.expected === "no-stream" ? "no_stream" : append.expected,
        ...(takeBatchSeat(seat) ? { deadline } : { credentials }),
      });
      used.warm = true;
      if (result.position === undefined) return undefined;
      return { revision: result.nextExpectedRevision, position: result.position.commit };
    } catch (error) {
      const failure = failureOf(error);
      used.warm = failure !== "unknown" && failure !== "too-slow";
      used.failed ||= !used.warm;
      throw error;
    } finally {
      append.signal.removeEventListener("abort", onAbort);
      used.unanswered--;
    }
  };

  return {
    /**
     * The first call over a new connection goes alone, the others follow in their order: the client lets them
     * overtake the call that opens its batch stream, and an append would then miss the one in front of it.
     */
    async send(append) {
      while (opening !== undefined) await opening;
      append.signal.throwIfAborted();
      if (usable().warm) return call(append);
      const turn = Promise.withResolvers<void>();
      opening = turn.promise;
      const over = (): void => {
        if (opening === turn.promise) opening = undefined;
        turn.resolve();
      };
      append.signal.addEventListener("abort", over);
      try {
        return await call(append);
      } finally {
        append.signal.removeEventListener("abort", over);
        over();
      }
    },
    async close() {
      await disconnect(connection.client);
      leaveBatchSeat(seat);
    },
  };
};
