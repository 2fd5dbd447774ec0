import { AppendTooLarge, InvalidEvent } from "./errors.ts";
import type { NewEvent } from "./event-store.ts";

/** What one append may hold: bytes of `data` as UTF-8, all events together. Metadata does not count (EventStoreDB's rule). */
export const maxAppendBytes = 1024 * 1024;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Refuses an append that no store could keep, before anything is sent. Every adapter calls it, so that they refuse alike.
 *
 * `checkJson: false` leaves out the parse of data and metadata (about 2 µs for 700 bytes): only for callers whose
 * texts come straight from `JSON.stringify`.
 *
 * Throws `InvalidEvent` (no events, an empty or `$` stream name, an empty type, an id that is no lower-case UUID,
 * text that is no JSON or no well-formed Unicode) and `AppendTooLarge`.
 */
export const checkAppend = (
  stream: string,
  events: readonly NewEvent[],
  { checkJson = true }: { readonly checkJson?: boolean } = {},
): void => {
  if (stream === "" || stream.startsWith("$")) {
    throw new InvalidEvent(
      `"${stream}" is no stream to append to: a name without a leading $ is needed`,
    );
  }
  if (events.length === 0) throw new InvalidEvent(`an append to ${stream} holds no event`);
  let characters = 0;
  for (const event of events) {
    checkEvent(stream, event, checkJson);
    characters += event.data.length;
  }
  // A UTF-16 unit is at most three bytes of UTF-8, so that most appends need no count of bytes.
  if (characters * 3 > maxAppendBytes) checkSize(stream, events);
};

const checkEvent = (stream: string, event: NewEvent, checkJson: boolean): void => {
  if (event.type === "") throw new InvalidEvent(`an event for ${stream} has no type`);
  if (!uuid.test(event.eventId)) {
    throw new InvalidEvent(`${event.type} for ${stream} has an id that is no lower-case UUID`);
  }
  if (!checkJson) return;
  checkText(stream, event, "data");
  checkText(stream, event, "metadata");
};

const checkText = (stream: string, event: NewEvent, field: "data" | "metadata"): void => {
  const text = event[field];
  if (!text.isWellFormed()) {
    throw new InvalidEvent(`${event.type} for ${stream}: ${field} holds half a character`);
  }
  try {
    JSON.parse(text);
  } catch (cause) {
    throw new InvalidEvent(`${event.type} for ${stream}: ${field} is no JSON`, { cause });
  }
};

const checkSize = (stream: string, events: readonly NewEvent[]): void => {
  let bytes = 0;
  for (const event of events) bytes += Buffer.byteLength(event.data);
  if (bytes > maxAppendBytes) {
    throw new AppendTooLarge(
      `an append to ${stream} holds ${bytes} bytes of data, the limit is ${maxAppendBytes}`,
    );
  }
};
