import type { EventMetadata } from "./actor.ts";

/** An event as a store gives it back: texts. The event store port's `RecordedEvent` is one. */
export interface Recorded {
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
}

let lastText = "";
let lastMetadata: EventMetadata | undefined;

/** The metadata of an event. The events of one command share one text, so the last one read is kept. */
export const metadataOf = (recorded: Recorded): EventMetadata => {
  if (lastMetadata === undefined || recorded.metadata !== lastText) {
    lastMetadata = JSON.parse(recorded.metadata) as EventMetadata;
    lastText = recorded.metadata;
  }
  return lastMetadata;
};

export interface Decoded<Event> {
  readonly event: Event;
  readonly metadata: EventMetadata;
}

/**
 * A reader of one category's events. What it reads is remembered as long as the recorded event itself lives, so that
 * several subscribers of one process parse each event once.
 */
export const decoder = <Event>(
  decode: (type: string, data: string, schemaVersion: number) => Event,
): ((recorded: Recorded) => Decoded<Event>) => {
  const known = new WeakMap<Recorded, Decoded<Event>>();
  return (recorded) => {
    let decoded = known.get(recorded);
    if (decoded === undefined) {
      const metadata = metadataOf(recorded);
      decoded = { event: decode(recorded.type, recorded.data, metadata.schemaVersion), metadata };
      known.set(recorded, decoded);
    }
    return decoded;
  };
};
