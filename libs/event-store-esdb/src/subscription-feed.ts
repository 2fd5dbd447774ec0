/**
 * One call of the client's `subscribeToAll`, from the request to its end, as a thing to pull from. The client's
 * stream holds back what is not pulled, and so does the connection and then the server, so memory stays bounded.
 */
import type { AllStreamResolvedEvent, Filter, Position } from "@eventstore/db-client";
import { START, streamNameFilter } from "./connection.ts";
import type { EventStoreDBClient } from "./connection.ts";

/** Most events in one batch for a subscriber. */
const mostEvents = 1_000;

/** Most events that wait on each side of the client's stream: at 256 KiB each this bounds a subscription to 64 MiB. */
const mostWaiting = 128;

/**
 * The server tells how far a filter came every `searchWindow * checkpointInterval` events. One in 1,024 keeps a
 * projection of a rare category from re-reading much after a restart, and costs nothing that can be measured.
 */
const searchWindow = 32;
const checkpointInterval = 32;

/** What a pull found. All parts may be absent; `events` come before `passed`. */
export interface Pulled {
  readonly events: AllStreamResolvedEvent[];
  /** The filter has passed over everything up to here. */
  readonly passed?: Position;
  /** All that stood in the store when the call began has been pulled. */
  readonly caughtUp: boolean;
}

export interface Feed {
  /** Takes what has arrived, at once. */
  pull(): Pulled;
  /** Calls back once when there is something to pull or the feed has ended. */
  whenReady(callback: () => void): void;
  /** True from the server's confirmation on. */
  readonly confirmed: boolean;
  /** True from the first event or checkpoint on. */
  readonly hasNews: boolean;
  /** Set when the call ended; what had arrived before may still be pulled. */
  readonly failure: { readonly cause: unknown } | undefined;
  /** Ends the call. Does not wait for the server. */
  stop(): void;
}

/** A marker between events: due when as many events as had arrived before it were pulled. */
interface Marker {
  readonly after: number;
  readonly position: Position | "caught-up";
}

export const openFeed = (
  client: EventStoreDBClient,
  from: Position | "start",
  streamPrefixes: readonly string[] | undefined,
): Feed => {
  let pulled = 0;
  let markers: Marker[] = [];
  let failure: Feed["failure"];
  let confirmed = false;
  let hasNews = false;
  let ready: (() => void) | undefined;

  const wake = (): void => {
    const callback = ready;
    ready = undefined;
    callback?.();
  };
  const mark = (position: Marker["position"]): void => {
    markers.push({ after: pulled + source.readableLength, position });
    wake();
  };
  const options = {
    checkpointInterval,
    maxSearchWindow: searchWindow,
    // Called while events before it are still waiting to be pulled. A throw in here would end the process.
    checkpointReached: (_: unknown, position: Position): void => {
      hasNews = true;
      mark(position);
    },
  };
  const filter: Filter =
    streamPrefixes === undefined || streamPrefixes.length === 0
      ? streamNameFilter({ ...options, regex: "^[^$]" })
      : streamNameFilter({ ...options, prefixes: [...streamPrefixes] });
  const source = client.subscribeToAll(
    { fromPosition: from === "start" ? START : from, filter },
    { highWaterMark: mostWaiting },
  );
  const end = (cause: unknown): void => {
    failure ??= { cause };
    wake();
  };
  source
    .on("confirmation", () => {
      confirmed = true;
      wake();
    })
    .on("caughtUp", () => mark("caught-up"))
    .on("readable", wake)
    .on("error", end)
    .on("end", () => end(undefined))
    .on("close", () => end(undefined));

  return {
    pull() {
      const events: AllStreamResolvedEvent[] = [];
      let passed: Position | undefined;
      let caughtUp = false;
      while (events.length < mostEvents) {
        const event: AllStreamResolvedEvent | null = source.read();
        if (event === null) break;
        pulled++;
        hasNews = true;
        events.push(event);
      }
      const due = markers.filter((marker) => marker.after <= pulled);
      markers = markers.filter((marker) => marker.after > pulled);
      for (const { position, after } of due) {
        if (position === "caught-up") caughtUp = true;
        // A checkpoint before the last event says less than that event does.
        else if (after === pulled) passed = position;
      }
      return { events, caughtUp, ...(passed === undefined ? {} : { passed }) };
    },
    whenReady(callback) {
      ready = callback;
      const markerDue = markers.some((marker) => marker.after <= pulled);
      if (failure !== undefined || source.readableLength > 0 || markerDue) wake();
    },
    get confirmed() {
      return confirmed;
    },
    get hasNews() {
      return hasNews;
    },
    get failure() {
      return failure;
    },
    stop() {
      // Rejects only when the call never began.
      source.unsubscribe().catch(() => undefined);
      source.destroy();
    },
  };
};
