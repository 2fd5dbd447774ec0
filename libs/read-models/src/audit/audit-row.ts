import { isObject, type Json, type JsonObject } from "@countersign/domain/json.ts";
import { metadataOf } from "@countersign/domain/recorded.ts";
import type { EventMetadata } from "@countersign/domain/actor.ts";
import { categoryOf, idOf, orgOf, type StoredEvent } from "../stored-event.ts";

/** One event as the audit trail keeps it: the store's own texts beside what it is found by. */
export interface AuditRow {
  /** Decimal text. */
  readonly position: string;
  readonly org: string;
  /** `request`, `topic`, … */
  readonly category: string;
  /** A request's id; `main`; `<workflow>.<base64url topic id>`. */
  readonly subject: string;
  readonly eventId: string;
  readonly type: string;
  readonly actor: string;
  /** ISO time. */
  readonly at: string;
  /** JSON texts. */
  readonly metadata: string;
  readonly data: string;
}

/** The row of an event. Pure. */
export const auditRow = (event: StoredEvent): AuditRow => {
  const { actor, occurredAt } = metadataOf(event);
  return {
    position: event.position.toString(),
    org: orgOf(event.stream),
    category: categoryOf(event.stream),
    subject: idOf(event.stream),
    eventId: event.eventId,
    type: event.type,
    actor: actor.id,
    at: occurredAt,
    metadata: event.metadata,
    data: event.data,
  };
};

/** Facts of an event that an entry shows under their own names; the rest stands in the CloudEvent. */
const shown = [
  "level",
  "step",
  "decision",
  "group",
  "because",
  "code",
  "patch",
  "operation",
  "count",
  "recipe",
  "run",
  "trigger",
  "phase",
  "diff",
] as const;

/** Of an event of definitions: which one it is about, and what of a new version loosens. */
const aboutDefinition = ({ category }: AuditRow, data: JsonObject): JsonObject => {
  const { kind, id, version, changes } = data;
  if (category !== "definition" || kind === undefined) return {};
  const definition = { kind, id: id ?? null, version: version ?? null };
  return changes === undefined ? { definition } : { definition, changes };
};

const topicOf = (
  { category, subject }: AuditRow,
  data: JsonObject,
): { workflow: string; id: string } | null => {
  const about = category === "automation" ? data["topic"] : null;
  if (isObject(about)) {
    const { workflow, id } = about;
    if (typeof workflow === "string" && typeof id === "string") return { workflow, id };
  }
  if (category !== "topic") return null;
  const [workflow = "", encoded = ""] = subject.split(".");
  return { workflow, id: Buffer.from(encoded, "base64url").toString() };
};

const who = ({ kind, id, onBehalfOf }: EventMetadata["actor"]): JsonObject =>
  onBehalfOf === undefined ? { kind, id } : { kind, id, on_behalf_of: onBehalfOf };

/** An entry of a trail, as on the wire. */
export const auditEntry = (row: AuditRow): JsonObject => {
  const metadata = JSON.parse(row.metadata) as EventMetadata;
  const parsed = JSON.parse(row.data) as Json;
  const data: JsonObject = isObject(parsed) ? parsed : {};
  const entry: Record<string, Json> = {
    at: row.at,
    event: row.type,
    category: row.category,
    request: row.category === "request" ? row.subject : null,
    topic: topicOf(row, data),
    actor: who(
      typeof data["onBehalfOf"] === "string"
        ? { ...metadata.actor, onBehalfOf: data["onBehalfOf"] }
        : metadata.actor,
    ),
    channel: metadata.channel,
    notes: data["notes"] ?? null,
    reason: data["reason"] ?? null,
    position: row.position,
    ...aboutDefinition(row, data),
    event_id: row.eventId,
    correlation_id: metadata.correlationId,
  };
  for (const name of shown) {
    const value = data[name];
    if (value !== undefined) entry[name] = value;
  }
  return entry;
};
