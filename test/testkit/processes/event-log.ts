import { DatabaseSync } from "node:sqlite";
import { check } from "@countersign/check/check.ts";
import type { AuditEntry } from "@countersign/check/i8-audit.ts";
import { logEntry, type LogEntry, type Violation } from "@countersign/check/log-entry.ts";
import { evaluateExpression } from "@countersign/definitions/expression.ts";

interface Row {
  readonly stream: string;
  readonly revision: bigint;
  readonly position: bigint;
  readonly event_id: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
}

/** The events of an SQLite store, in global order, read beside the store's own code and without writing. */
export const readEventLog = (file: string): LogEntry[] => {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const statement = database.prepare("select * from events order by position");
    statement.setReadBigInts(true);
    return statement.all().map((row) => {
      const { event_id: eventId, ...rest } = row as unknown as Row;
      return logEntry({ eventId, ...rest });
    });
  } finally {
    database.close();
  }
};

/** Holds a log against all invariants, with the audit trail that was fetched while the service ran. */
export const violationsOf = (
  log: readonly LogEntry[],
  audit?: readonly AuditEntry[],
): Violation[] =>
  check(log, { guard: evaluateExpression, ...(audit === undefined ? {} : { audit }) });
