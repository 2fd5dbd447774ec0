import { hash } from "node:crypto";

/** Namespace of Countersign's event ids (RFC 9562, version 5), and room for the name behind it. */
const scratch = Buffer.alloc(1024);
const namespaceBytes = scratch.write("6f1c0f9e5b0d4c55a1f3c3a94d0b7e21", "hex");

/**
 * A UUIDv5 of (command id, index, SHA-256 of the event's data text and time). A retry re-sends the same bytes and so
 * the same ids; other content gets another id, because stores compare events by id alone. The time is part of it so
 * that the same command decided a second time, by another process, is a conflict that is answered from what is
 * stored, and never mistaken for the first (docs/decisions/0004).
 */
export const eventId = (
  commandId: string,
  index: number,
  data: string,
  occurredAt: string,
): string => {
  // One-shot digests over one buffer: three times as fast as `createHash`, and this runs for every event.
  const name = `${commandId}:${index}:${hash("sha256", occurredAt + data)}`;
  const length = scratch.write(name, namespaceBytes, "latin1");
  const hex = hash("sha1", scratch.subarray(0, namespaceBytes + length));
  const variant = "89ab"[Number.parseInt(hex.charAt(16), 16) & 3] ?? "8";
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

/** `sha256:` + hex of a text, as payload and command hashes are written. */
export const sha256 = (text: string): string => `sha256:${hash("sha256", text)}`;
