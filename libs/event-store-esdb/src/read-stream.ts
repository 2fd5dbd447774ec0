import { StoreFailed, StoreUnavailable } from "@countersign/event-store/errors.ts";
import type { ReadOptions, RecordedEvent } from "@countersign/event-store/event-store.ts";
import type { Clock } from "@countersign/runtime/clock.ts";
import { FORWARDS } from "./connection.ts";
import type { EventStoreDBClient } from "./connection.ts";
import { failureOf } from "./failures.ts";
import { pause } from "./pause.ts";
import { recordedEvent } from "./recorded-events.ts";

/** Milliseconds to wait before each further attempt of a read that failed: about 3 s in all. */
const waits = [50, 100, 250, 500, 1_000, 1_000];

/**
 * Ends a read early. Left alone, the call would stay open with what is unread. Cancelling does nothing when the
 * server's last word has already come and waits behind unread events, so those are let through to nowhere.
 */
const leave = (reading: ReturnType<EventStoreDBClient["readStream"]>): void => {
  reading.cancel().catch(() => undefined);
  reading.on("error", () => undefined).resume();
};

/** What a store reads with. */
export interface ReadSettings {
  readonly client: EventStoreDBClient;
  readonly clock: Clock;
  /** Aborted when the store lets go of its client. */
  readonly closed: AbortSignal;
}

/**
 * Reads a stream forwards. A missing one is empty. An outage is waited out for about 3 s, going on after the last
 * event seen; then `StoreUnavailable`. So ends a read that the closing of the store overtakes: the client ends it
 * like one that is through, with what had come by then. Reading can be broken off at any event.
 */
export async function* readStream(
  { client, clock, closed }: ReadSettings,
  stream: string,
  options: ReadOptions = {},
): AsyncGenerator<RecordedEvent, void, void> {
  let next = options.from ?? 0n;
  let left = options.maxCount ?? Number.MAX_SAFE_INTEGER;
  for (let attempt = 0; left > 0; attempt++) {
    if (closed.aborted) throw new StoreUnavailable("the store is closed");
    const reading = client.readStream(stream, {
      fromRevision: next,
      maxCount: left,
      direction: FORWARDS,
      // A follower may not have what the leader has acknowledged.
      requiresLeader: true,
    });
    let ended = false;
    try {
      for await (const { event } of reading.iterator({ destroyOnReturn: false })) {
        if (event === undefined) continue;
        // A further failure is a new outage once something came through.
        attempt = 0;
        next = event.revision + 1n;
        left--;
        yield recordedEvent(event);
      }
      ended = true;
    } catch (cause) {
      if (cause instanceof StoreFailed) throw cause;
      const failure = failureOf(cause);
      if (failure === "missing-stream") return;
      if (failure === "refused") throw new StoreFailed(`cannot read ${stream}`, { cause });
      const wait = waits[attempt];
      if (wait === undefined) throw new StoreUnavailable(`cannot read ${stream}`, { cause });
      await pause(clock, wait, closed);
    } finally {
      if (!ended) leave(reading);
    }
    if (ended && !closed.aborted) return;
  }
}
