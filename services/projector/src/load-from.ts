import type { EventStore, RecordedEvent } from "@countersign/event-store/event-store.ts";
import type { LoadState } from "@countersign/read-models/load-states.ts";
import { foldRequest } from "@countersign/read-models/request-states.ts";

/** Reads a request's stream up to a revision, for states that nobody in this process holds. */
export const loadFrom =
  (store: EventStore): LoadState =>
  async (stream, upTo) => {
    const events: RecordedEvent[] = [];
    for await (const event of store.readStream(stream, { maxCount: Number(upTo) + 1 }))
      events.push(event);
    return foldRequest(events);
  };
