import { createHash, hash } from "node:crypto";

/** Namespace of Countersign's event ids (RFC 9562, version 5). */
const namespace = Buffer.from("6f1c0f9e5b0d4c55a1f3c3a94d0b7e21", "hex");

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
  const name = `${commandId}:${index}:${hash("sha256", occurredAt + data)}`;
  const digest = createHash("sha1").update(namespace).update(name).digest();
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x50;
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  const hex = digest.toString("hex", 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
};

/** `sha256:` + hex of a text, as payload and command hashes are written. */
export const sha256 = (text: string): string => `sha256:${hash("sha256", text)}`;
