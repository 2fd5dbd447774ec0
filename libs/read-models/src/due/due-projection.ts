import type { DatabaseSync, StatementSync } from "node:sqlite";
import { readRequestEvent } from "@countersign/domain/read-events.ts";
import { ReadModelFile } from "../read-model-file.ts";
import { idOf, orgOf, type StoredEvent } from "../stored-event.ts";

/** Raised with every change below, and of what is written into it: older files are rebuilt from the log. */
export const DUE_VERSION = 2;

const dueSchema = `
  create table due (
    rid integer primary key,
    due_ms integer not null,
    due_at text not null,
    kind text not null,
    org text not null,
    request text not null,
    version integer not null,
    level integer,
    step integer,
    generation integer not null
  ) strict;
  create index due_by_time on due (due_ms);
  create index due_by_request on due (org, request);
`;

/** Something that happens at a time unless the request ends before. */
export interface DueRow {
  /** Position of the event that planned it: with `dueMs` its place in the order. */
  readonly rid: number;
  /** Milliseconds since the epoch. */
  readonly dueMs: number;
  /** The same as in the event, ISO 8601. */
  readonly dueAt: string;
  readonly kind: "expiry" | "stuck";
  readonly org: string;
  readonly request: string;
  /** Payload version. */
  readonly version: number;
  readonly level: number | null;
  readonly step: number | null;
  readonly generation: number;
}

/** Names what is due once for all: (request, payload version, level or chain, step, generation). */
export const dueKey = ({ org, request, version, kind, level, step, generation }: DueRow): string =>
  [org, request, version, kind, level ?? "chain", step ?? 0, generation].join(".");

const rowOf = (row: Record<string, unknown>): DueRow => ({
  rid: Number(row["rid"]),
  dueMs: Number(row["due_ms"]),
  dueAt: String(row["due_at"]),
  kind: row["kind"] === "stuck" ? "stuck" : "expiry",
  org: String(row["org"]),
  request: String(row["request"]),
  version: Number(row["version"]),
  level: row["level"] === null ? null : Number(row["level"]),
  step: row["step"] === null ? null : Number(row["step"]),
  generation: Number(row["generation"]),
});

/** Events after which nothing of a request that was planned before is due any more. */
export const endsTimers: ReadonlySet<string> = new Set([
  "RequestApproved",
  "RequestDenied",
  "RequestExpired",
  "RequestCancelled",
  "GrantConsumed",
  "DeliveryStuck",
]);

export interface DueOptions {
  readonly path: string;
  readonly bootId?: string | null;
  readonly stuckAfterMs?: number;
}

/** Rows kept unwritten at most. */
const UNWRITTEN = 5_000;

/**
 * What is due when, for the scheduler: it suggests, the decider decides. Rows are written when somebody asks what is
 * due, and before each commit: what is decided before that never becomes one.
 */
export class DueProjection {
  readonly name = "due";
  readonly prefixes: readonly string[] = ["request-"];
  readonly file: ReadModelFile;
  readonly #insert: StatementSync;
  readonly #delete: StatementSync;
  readonly #due: StatementSync;
  readonly #ofRequest: StatementSync;
  readonly #next: StatementSync;
  readonly #planned = new Map<string, DueRow>();
  readonly #listeners: ((earliestMs: number) => void)[] = [];
  readonly #stuckAfterMs: number;

  /** `stuckAfterMs`: how long an approved request may wait for whoever spends its grant; default 15 minutes. */
  constructor({ stuckAfterMs = 900_000, ...options }: DueOptions) {
    this.#stuckAfterMs = stuckAfterMs;
    this.file = new ReadModelFile({ ...options, version: DUE_VERSION, schema: dueSchema });
    this.file.beforeCommit(() => this.#write());
    this.#insert = this.database.prepare("insert into due values (?,?,?,?,?,?,?,?,?,?)");
    this.#delete = this.database.prepare("delete from due where org = ? and request = ?");
    this.#ofRequest = this.database.prepare(
      "select * from due where org = ? and request = ? and kind = 'expiry'",
    );
    this.#due = this.database.prepare(
      "select * from due where due_ms <= ? and (due_ms, rid) > (?, ?) order by due_ms, rid limit ?",
    );
    this.#next = this.database.prepare("select min(due_ms) as ms from due where due_ms > ?");
  }

  get database(): DatabaseSync {
    return this.file.database;
  }

  get checkpoint(): string {
    return this.file.checkpoint;
  }

  /** Calls `listener` after a batch that planned something, with its earliest time. */
  onPlanned(listener: (earliestMs: number) => void): void {
    this.#listeners.push(listener);
  }

  apply(batch: readonly StoredEvent[], checkpoint: string): void {
    this.file.begin();
    let earliest = Number.POSITIVE_INFINITY;
    for (const event of batch) {
      const { stream, type } = event;
      if (endsTimers.has(type) && !this.#planned.delete(stream))
        this.#delete.run(orgOf(stream), idOf(stream));
      const row = type === "ExpiryExtended" ? this.#extended(event) : this.#rowOf(event);
      if (row === null) continue;
      this.#planned.set(stream, row);
      earliest = Math.min(earliest, row.dueMs);
    }
    if (this.#planned.size > UNWRITTEN) this.#write();
    this.file.reached(checkpoint, batch[batch.length - 1]?.position);
    if (earliest < Number.POSITIVE_INFINITY)
      for (const listener of this.#listeners) listener(earliest);
  }

  passed(checkpoint: string): void {
    this.file.reached(checkpoint);
  }

  commit(): void {
    this.file.commit();
  }

  /** What is due at `nowMs`, earliest first, after a row that was already taken; at most `limit`. */
  due(
    nowMs: number,
    limit = 500,
    after: { readonly dueMs: number; readonly rid: number } = { dueMs: -1, rid: -1 },
  ): DueRow[] {
    this.#write();
    return this.#due.all(nowMs, after.dueMs, after.rid, limit).map(rowOf);
  }

  /** The earliest time later than `afterMs`, or null. */
  next(afterMs: number): number | null {
    this.#write();
    const ms = this.#next.get(afterMs)?.["ms"];
    return typeof ms === "number" ? ms : null;
  }

  #rowOf(event: StoredEvent): DueRow | null {
    if (event.type === "RequestSubmitted") return dueRow(event);
    return event.type === "RequestApproved" ? stuckRow(event, this.#stuckAfterMs) : null;
  }

  /** The expiry is planned anew, as another generation of it: the earlier one is not due any more. */
  #extended(recorded: StoredEvent): DueRow | null {
    const { event } = readRequestEvent(recorded);
    if (event.type !== "ExpiryExtended") return null;
    const { stream, position } = recorded;
    this.#write();
    const known = this.#ofRequest.get(orgOf(stream), idOf(stream));
    if (known === undefined) return null;
    const row = rowOf(known);
    this.#delete.run(orgOf(stream), idOf(stream));
    const { expiresAt } = event.data;
    const generation = row.generation + 1;
    return {
      ...row,
      rid: Number(position),
      dueMs: Date.parse(expiresAt),
      dueAt: expiresAt,
      generation,
    };
  }

  #write(): void {
    if (this.#planned.size === 0) return;
    for (const row of this.#planned.values()) {
      const { rid, dueMs, dueAt, kind, org, request, version, level, step, generation } = row;
      this.#insert.run(rid, dueMs, dueAt, kind, org, request, version, level, step, generation);
    }
    this.#planned.clear();
  }
}

/** What a request plans when it is created; null when it never expires. Pure. */
const dueRow = (recorded: StoredEvent): DueRow | null => {
  const { event } = readRequestEvent(recorded);
  if (event.type !== "RequestSubmitted" || event.data.expiresAt === null) return null;
  const { expiresAt, requestId } = event.data;
  return {
    rid: Number(recorded.position),
    dueMs: Date.parse(expiresAt),
    dueAt: expiresAt,
    kind: "expiry",
    org: orgOf(recorded.stream),
    request: requestId,
    version: 1,
    level: null,
    step: null,
    generation: 1,
  };
};

/** What an approval plans: a look at whether its grant was spent; null when it issued none. Pure. */
const stuckRow = (recorded: StoredEvent, afterMs: number): DueRow | null => {
  const { event, metadata } = readRequestEvent(recorded);
  if (event.type !== "RequestApproved" || event.data.grant === null) return null;
  const dueMs = Date.parse(metadata.occurredAt) + afterMs;
  return {
    rid: Number(recorded.position),
    dueMs,
    dueAt: new Date(dueMs).toISOString(),
    kind: "stuck",
    org: orgOf(recorded.stream),
    request: idOf(recorded.stream),
    version: event.data.payloadVersion,
    level: null,
    step: null,
    generation: 1,
  };
};
