import type { AuditEntry } from "@countersign/check/i8-audit.ts";
import type { LogEntry } from "@countersign/check/log-entry.ts";

/** The audit trail that tells a log as it was. */
export const auditOf = (log: readonly LogEntry[]): AuditEntry[] =>
  log.map(({ position, type, metadata }) => ({
    position: position.toString(),
    event: type,
    at: metadata.occurredAt,
    actor: metadata.actor,
    channel: metadata.channel,
  }));
