import type { EventMetadata } from "@countersign/domain/actor.ts";
import type { NewEvent } from "@countersign/event-store/event-store.ts";
import { hash } from "node:crypto";

/** Namespace of Countersign's event ids, and room for the name behind it. */
const scratch = Buffer.alloc(1024);
const namespaceBytes = scratch.write("6f1c0f9e5b0d4c55a1f3c3a94d0b7e21", "hex");

/** The UUIDv5 (RFC 9562) of a name of ASCII characters, at most 1,000. */
const uuidOf = (name: string): string => {
  // One-shot digests are three times as fast as `createHash`, and this runs for every event.
  const length = scratch.write(name, namespaceBytes, "latin1");
  const hex = hash("sha1", scratch.subarray(0, namespaceBytes + length));
  const variant = "89ab"[Number.parseInt(hex.charAt(16), 16) & 3] ?? "8";
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

/**
 * What one decision made, as the store takes it in one append: each event is turned into text here, once.
 * An event's id is a UUIDv5 of the command's id, its index, and the SHA-256 of the time and the data texts of the whole
 * append. A retry re-sends the same bytes and so the same ids; other content gets other ids, because stores compare events
 * by id alone. The time is part of it so that the same command decided a second time, by another process, is a conflict that
 * is answered from what is stored, and never mistaken for the first (docs/decisions/0004).
 */
export const newEvents = (
  events: readonly { readonly type: string; readonly data: object }[],
  metadata: EventMetadata,
): readonly NewEvent[] => {
  const metadataText = JSON.stringify(metadata);
  const decided = events.map((event) => {
    return { event, metadata, dataText: JSON.stringify(event.data), metadataText };
  });
  let content = metadata.occurredAt;
  // A JSON text has no line break of its own, so that no other texts run together to the same.
  for (const { dataText } of decided) content += `\n${dataText}`;
  const digest = hash("sha256", content);
  return decided.map((each, index) => ({
    eventId: uuidOf(`${metadata.commandId}:${index}:${digest}`),
    type: each.event.type,
    data: each.dataText,
    metadata: metadataText,
    decided: each,
  }));
};
