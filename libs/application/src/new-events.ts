import type { EventMetadata } from "@countersign/domain/actor.ts";
import type { NewEvent } from "@countersign/event-store/event-store.ts";
import { hash } from "node:crypto";

/** Hexadecimal digits of an id that say which event of its append it is: no append holds as many. */
const INDEX_DIGITS = 6;

/** What the ids of one append's events have in common: the digest of `text`, with the marks of a UUIDv8 (RFC 9562). */
const sharedPart = (text: string): string => {
  // A one-shot digest is three times as fast as `createHash`, and this runs for every command.
  const hex = hash("sha256", text);
  const variant = "89ab"[Number.parseInt(hex.charAt(16), 16) & 3] ?? "8";
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32 - INDEX_DIGITS)}`;
};

/**
 * What one decision made, as the store takes it in one append: each event is turned into text here, once.
 * An event's id is the SHA-256 of the command's id, the time and the data texts of the whole append, then its index. A
 * retry re-sends the same bytes and so the same ids; other content gets other ids, because stores compare events by id
 * alone. The time is part of it so that the same command decided a second time, by another process, is a conflict that
 * is answered from what is stored, and never mistaken for the first (docs/decisions/0004).
 */
export const newEvents = (
  events: readonly { readonly type: string; readonly data: object }[],
  metadata: EventMetadata,
): readonly NewEvent[] => {
  const metadataText = JSON.stringify(metadata);
  let digested = `${metadata.commandId}\n${metadata.occurredAt}`;
  const made = events.map((event) => {
    const dataText = JSON.stringify(event.data);
    // A JSON text has no line break of its own, so that no other texts run together to the same.
    digested += `\n${dataText}`;
    const decided = { event, metadata, dataText, metadataText };
    return { eventId: "", type: event.type, data: dataText, metadata: metadataText, decided };
  });
  const shared = sharedPart(digested);
  let index = 0;
  for (const event of made)
    event.eventId = shared + (index++).toString(16).padStart(INDEX_DIGITS, "0");
  return made;
};
