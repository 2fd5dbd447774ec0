import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { DueKind, DueRow } from "./due-row.ts";

/** Raised with every change below, and of what is written into it: older files are rebuilt from the log. */
export const DUE_VERSION = 5;

export const dueSchema = `
  create table due (
    stream text not null,
    kind text not null,
    due_ms integer not null,
    version integer not null,
    level integer,
    step integer,
    generation integer not null,
    position integer not null,
    place integer not null,
    since_ms integer
  ) strict;
  create index due_by_time on due (due_ms, position, place);
  create index due_by_stream on due (stream);
`;

/** A place in the order in which rows are due. */
export type DuePlace = Pick<DueRow, "dueMs" | "position" | "place">;

const numberOrNull = (value: unknown): number | null => (value === null ? null : Number(value));

const rowOf = (row: Record<string, unknown>): DueRow => ({
  stream: String(row["stream"]),
  kind: String(row["kind"]) as DueKind,
  dueMs: Number(row["due_ms"]),
  version: Number(row["version"]),
  level: numberOrNull(row["level"]),
  step: numberOrNull(row["step"]),
  generation: Number(row["generation"]),
  position: Number(row["position"]),
  place: Number(row["place"]),
  sinceMs: numberOrNull(row["since_ms"]),
});

/** The rows in their file; what is still in memory is the projection's business. */
export class DueTable {
  readonly #insert: StatementSync;
  readonly #deleteAll: StatementSync;
  readonly #deleteOne: StatementSync;
  readonly #ofStream: StatementSync;
  readonly #due: StatementSync;
  readonly #next: StatementSync;

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare("insert into due values (?,?,?,?,?,?,?,?,?,?)");
    this.#deleteAll = database.prepare("delete from due where stream = ?");
    this.#deleteOne = database.prepare("delete from due where rowid = ?");
    this.#ofStream = database.prepare("select rowid as id, * from due where stream = ?");
    this.#due = database.prepare(
      "select * from due where due_ms <= ? and (due_ms, position, place) > (?, ?, ?) order by due_ms, position, place limit ?",
    );
    this.#next = database.prepare("select min(due_ms) as ms from due where due_ms > ?");
  }

  insert(row: DueRow): void {
    const { stream, kind, dueMs, version, level, step, generation, position, place, sinceMs } = row;
    this.#insert.run(
      stream,
      kind,
      dueMs,
      version,
      level,
      step,
      generation,
      position,
      place,
      sinceMs,
    );
  }

  deleteAll(stream: string): void {
    this.#deleteAll.run(stream);
  }

  /** Deletes the rows of a stream that `isGone` says so of. */
  deleteWhere(stream: string, isGone: (row: DueRow) => boolean): void {
    for (const row of this.#ofStream.all(stream))
      if (isGone(rowOf(row))) this.#deleteOne.run(Number(row["id"]));
  }

  ofStream(stream: string): DueRow[] {
    return this.#ofStream.all(stream).map(rowOf);
  }

  /** What is due at `nowMs` after a place that was already taken, earliest first, at most `limit`. */
  due(nowMs: number, limit: number, { dueMs, position, place }: DuePlace): DueRow[] {
    return this.#due.all(nowMs, dueMs, position, place, limit).map(rowOf);
  }

  /** The earliest time later than `afterMs`, or null. */
  next(afterMs: number): number | null {
    return numberOrNull(this.#next.get(afterMs)?.["ms"] ?? null);
  }
}
