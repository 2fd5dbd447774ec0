/**
 * Checks events before the client sees them. It would answer an empty type or an id that is no UUID with an unknown
 * error and, about two seconds later, end the process with an uncaught `TypeError`.
 */
import { AppendTooLarge, InvalidEvent } from "@countersign/event-store/errors.ts";
import type { NewEvent } from "@countersign/event-store/event-store.ts";
import type { EventData } from "@eventstore/db-client";
import { jsonEvent } from "./connection.ts";

/** What EventStoreDB accepts of data in one append, in bytes. Metadata does not count there. */
export const largestData = 1024 * 1024;

/** Data and metadata together, in bytes: one message to the client, far below what the server takes. */
export const largestAppend = 2 * 1024 * 1024;

/** In lower case, as the server gives ids back. */
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const encoder = new TextEncoder();

/** Events as the client takes them, and their size in bytes. */
export interface CheckedEvents {
  readonly events: EventData[];
  readonly bytes: number;
}

const parsed = (text: string, what: string, event: NewEvent): unknown => {
  // Half a surrogate pair has no UTF-8: it would come back as another character.
  if (!text.isWellFormed()) {
    throw new InvalidEvent(`the ${what} of event ${event.eventId} is no Unicode text`);
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InvalidEvent(`the ${what} of event ${event.eventId} is no JSON`, { cause });
  }
};

/**
 * Throws `InvalidEvent` or `AppendTooLarge`. Data is handed over parsed, so that EventStoreDB shows it as JSON;
 * metadata as bytes, which spares the client a second serialisation and keeps them exactly.
 */
export const checkedEvents = (stream: string, events: readonly NewEvent[]): CheckedEvents => {
  if (stream === "" || stream.startsWith("$")) {
    throw new InvalidEvent(`"${stream}" is no stream of ours`);
  }
  if (events.length === 0) throw new InvalidEvent(`an append to ${stream} without events`);
  let dataBytes = 0;
  let bytes = 0;
  const result = events.map((event) => {
    if (event.type === "") throw new InvalidEvent(`event ${event.eventId} has no type`);
    if (!uuid.test(event.eventId)) {
      throw new InvalidEvent(`the id of a ${event.type} is no UUID: ${event.eventId}`);
    }
    const metadata = encoder.encode(event.metadata);
    parsed(event.metadata, "metadata", event);
    const size = Buffer.byteLength(event.data);
    dataBytes += size;
    bytes += size + metadata.length + event.type.length;
    return jsonEvent({
      id: event.eventId,
      type: event.type,
      // Any JSON value may stand here, the client's type knows objects, arrays and strings only.
      data: parsed(event.data, "data", event) as Record<string, unknown>,
      metadata,
    });
  });
  if (dataBytes > largestData || bytes > largestAppend) {
    throw new AppendTooLarge(`${bytes} bytes in one append to ${stream}`);
  }
  return { events: result, bytes };
};
