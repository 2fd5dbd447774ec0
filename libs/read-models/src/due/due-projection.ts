import type { DatabaseSync, StatementSync } from "node:sqlite";
import { readRequestEvent } from "@countersign/domain/read-events.ts";
import { ReadModelFile } from "../read-model-file.ts";
import { idOf, orgOf, type StoredEvent } from "../stored-event.ts";

/** Raised with every change below, and of what is written into it: older files are rebuilt from the log. */
export const DUE_VERSION = 1;

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
  readonly kind: "expiry";
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
  kind: "expiry",
  org: String(row["org"]),
  request: String(row["request"]),
  version: Number(row["version"]),
  level: row["level"] === null ? null : Number(row["level"]),
  step: row["step"] === null ? null : Number(row["step"]),
  generation: Number(row["generation"]),
});

/** Events after which nothing of a request is due any more. */
export const endsTimers: ReadonlySet<string> = new Set([
  "RequestApproved",
  "RequestDenied",
  "RequestExpired",
  "RequestCancelled",
]);

/** What is due when, for the scheduler: it suggests, the decider decides. */
export class DueProjection {
  readonly name = "due";
  readonly prefixes: readonly string[] = ["request-"];
  readonly file: ReadModelFile;
  readonly #insert: StatementSync;
  readonly #delete: StatementSync;
  readonly #due: StatementSync;
  readonly #next: StatementSync;
  readonly #listeners: ((earliestMs: number) => void)[] = [];

  constructor(options: { readonly path: string; readonly bootId?: string | null }) {
    this.file = new ReadModelFile({ ...options, version: DUE_VERSION, schema: dueSchema });
    this.#insert = this.database.prepare("insert into due values (?,?,?,?,?,?,?,?,?,?)");
    this.#delete = this.database.prepare("delete from due where org = ? and request = ?");
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
    const ended = new Set<string>();
    for (const { stream, type } of batch) if (endsTimers.has(type)) ended.add(stream);
    let earliest = Number.POSITIVE_INFINITY;
    const planned = new Set<string>();
    for (const event of batch) {
      const { stream, type } = event;
      if (type === "RequestSubmitted") {
        planned.add(stream);
        // What begins and ends in one batch never needs a row.
        if (!ended.has(stream)) earliest = Math.min(earliest, this.#plan(event));
      }
    }
    for (const stream of ended)
      if (!planned.has(stream)) this.#delete.run(orgOf(stream), idOf(stream));
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
    return this.#due.all(nowMs, after.dueMs, after.rid, limit).map(rowOf);
  }

  /** The earliest time later than `afterMs`, or null. */
  next(afterMs: number): number | null {
    const ms = this.#next.get(afterMs)?.["ms"];
    return typeof ms === "number" ? ms : null;
  }

  #plan(recorded: StoredEvent): number {
    const { event } = readRequestEvent(recorded);
    if (event.type !== "RequestSubmitted" || event.data.expiresAt === null)
      return Number.POSITIVE_INFINITY;
    const { expiresAt, requestId } = event.data;
    const ms = Date.parse(expiresAt);
    const rid = Number(recorded.position);
    const org = orgOf(recorded.stream);
    this.#insert.run(rid, ms, expiresAt, "expiry", org, requestId, 1, null, null, 1);
    return ms;
  }
}
