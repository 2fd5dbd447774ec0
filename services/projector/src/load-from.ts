import { StoreUnavailable } from "@countersign/event-store/errors.ts";
import type { EventReader, RecordedEvent } from "@countersign/event-store/event-store.ts";
import type { LoadState } from "@countersign/read-models/load-states.ts";
import { foldRequest } from "@countersign/read-models/request-states.ts";
import type { Clock } from "@countersign/runtime/clock.ts";

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;
/** About ten seconds of pauses: an outage that lasts longer stops the projection, and the service starts again. */
const ATTEMPTS = 10;

/** Reads a request's stream up to a revision, for states that nobody in this process holds; through short outages. */
export const loadFrom =
  (store: EventReader, clock: Pick<Clock, "after">): LoadState =>
  async (stream, upTo) => {
    for (let attempt = 1; ; attempt++) {
      try {
        const events: RecordedEvent[] = [];
        for await (const event of store.readStream(stream, { maxCount: Number(upTo) + 1 }))
          events.push(event);
        return foldRequest(events);
      } catch (error) {
        if (!(error instanceof StoreUnavailable) || attempt === ATTEMPTS) throw error;
        const pause = Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
        await new Promise<void>((resolve) => {
          clock.after(pause, resolve);
        });
      }
    }
  };
