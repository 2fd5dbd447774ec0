import type { EventMetadata } from "./actor.ts";

/** An event as a store gives it back: texts. The event store port's `RecordedEvent` is one. */
export interface Recorded {
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
  /** What the texts were made from, where an adapter handed it on inside the appender's process. */
  readonly decided?: Decided | undefined;
}

interface Decided {
  readonly event: unknown;
  readonly metadata: unknown;
  readonly dataText: string;
  readonly metadataText: string;
}

export interface Decoded<Event> {
  readonly event: Event;
  readonly metadata: EventMetadata;
}

/** What the appender made the texts from; undefined where these are other texts, as in a copy with other words. */
const decidedOf = <Event>({ decided, data, metadata }: Recorded): Decoded<Event> | undefined =>
  decided?.dataText === data && decided.metadataText === metadata
    ? (decided as Decoded<Event>)
    : undefined;

let lastText = "";
let lastMetadata: EventMetadata | undefined;

/** The metadata of an event. The events of one command share one text, so the last one read is kept. */
export const metadataOf = (recorded: Recorded): EventMetadata => {
  const decided = decidedOf(recorded);
  if (decided !== undefined) return decided.metadata;
  if (lastMetadata === undefined || recorded.metadata !== lastText) {
    lastMetadata = JSON.parse(recorded.metadata) as EventMetadata;
    lastText = recorded.metadata;
  }
  return lastMetadata;
};

/** What was read of an event, and of which: a copy of that event with other words is read anew. */
interface Kept<Event> extends Decoded<Event> {
  readonly of: Recorded;
}

/**
 * A reader of one category's events. What it reads is kept with the recorded event itself, so that several subscribers
 * of one process parse each event once. (A WeakMap beside it cost the garbage collector more than it saved.) An event
 * that this process has just appended need not be parsed at all.
 */
export const decoder = <Event>(
  decode: (type: string, data: string, schemaVersion: number) => Event,
): ((recorded: Recorded) => Decoded<Event>) => {
  const kept: unique symbol = Symbol("decoded");
  return (recorded: Recorded & { [kept]?: Kept<Event> }) => {
    const known = recorded[kept];
    if (known !== undefined && known.of === recorded) return known;
    const decided = decidedOf<Event>(recorded);
    if (decided !== undefined) return decided;
    const metadata = metadataOf(recorded);
    const event = decode(recorded.type, recorded.data, metadata.schemaVersion);
    return (recorded[kept] = { event, metadata, of: recorded });
  };
};
