import type { EventMetadata } from "@countersign/domain/actor.ts";

/** Of events that Ana, an admin of the org `demo`, brought about by an import. */
export const importedByAna: EventMetadata = {
  commandId: "c",
  correlationId: "c",
  org: "demo",
  actor: { kind: "person", id: "ana" },
  channel: "rest",
  occurredAt: "2026-01-02T03:04:05.000Z",
  schemaVersion: 1,
};
