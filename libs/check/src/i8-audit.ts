import type { History } from "./history.ts";
import { violation, type LogEntry, type Violation } from "./log-entry.ts";

/** The part of an audit entry that must agree with its event; positions are decimal. */
export interface AuditEntry {
  readonly position: string;
  readonly event: string;
  readonly at: string;
  readonly actor: { readonly kind: string; readonly id: string };
  readonly channel: string;
}

const differences = (entry: LogEntry, audit: AuditEntry): string[] => {
  const { actor, channel, occurredAt } = entry.metadata;
  const pairs: [string, string, string][] = [
    ["event", entry.type, audit.event],
    ["at", occurredAt, audit.at],
    ["actor", `${actor.kind} ${actor.id}`, `${audit.actor.kind} ${audit.actor.id}`],
    ["channel", channel, audit.channel],
  ];
  return pairs
    .filter(([, recorded, shown]) => recorded !== shown)
    .map(([name, recorded, shown]) => `${name} ${shown} where the event has ${recorded}`);
};

/** I8: every event has exactly one audit entry, which tells the same, and there is no entry without an event. */
export const audited = (history: History, audit: readonly AuditEntry[]): Violation[] => {
  const found: Violation[] = [];
  const byPosition = new Map<string, AuditEntry>();
  for (const entry of audit) {
    if (byPosition.has(entry.position)) {
      const message = `${entry.event} stands twice in the audit trail.`;
      found.push({ invariant: "I8", stream: "audit", position: entry.position, message });
    }
    byPosition.set(entry.position, entry);
  }
  for (const entry of history.log) {
    const position = entry.position.toString();
    const shown = byPosition.get(position);
    byPosition.delete(position);
    if (shown === undefined) {
      found.push(violation("I8", entry, `${entry.type} is missing in the audit trail.`));
    } else {
      for (const difference of differences(entry, shown)) {
        found.push(violation("I8", entry, `the audit trail shows ${difference}.`));
      }
    }
  }
  for (const { position, event } of byPosition.values()) {
    const message = `the audit trail shows ${event}, which never happened.`;
    found.push({ invariant: "I8", stream: "audit", position, message });
  }
  return found;
};
