import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { NewEvent, RecordedEvent } from "@countersign/event-store/event-store.ts";
import { eventColumns, eventOf, rowsOf } from "./rows.ts";

/** Reads at most `limit` events with `after < position <= upTo`, by position. */
export type Scan = (after: number, upTo: number, limit: number) => RecordedEvent[];

/** Behind every name that begins with the prefix, in the order of UTF-8 bytes. */
const lastChar = "\u{10ffff}";

/** The `events` table: every SQL statement of the store is here, prepared once. Numbers inside, bigints in events. */
export class EventTable {
  readonly #database: DatabaseSync;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #insert: StatementSync;
  readonly #insertFirst: StatementSync;
  readonly #head: StatementSync;
  readonly #slice: StatementSync;
  readonly #ids: StatementSync;

  constructor(database: DatabaseSync) {
    const insert = `insert into events (${eventColumns}) values (?, ?, ?, ?, ?, ?, ?)`;
    this.#database = database;
    this.#begin = database.prepare("begin immediate");
    this.#commit = database.prepare("commit");
    this.#insert = database.prepare(insert);
    this.#insertFirst = database.prepare(`${insert} on conflict (stream, revision) do nothing`);
    this.#head = this.#arrays("select max(revision) from events where stream = ?");
    this.#slice = this.#arrays(
      `select ${eventColumns} from events where stream = ? and revision >= ? order by revision limit ?`,
    );
    this.#ids = this.#arrays(
      "select event_id, position from events where stream = ? and revision between ? and ? order by revision",
    );
  }

  begin(): void {
    this.#begin.run();
  }

  commit(): void {
    this.#commit.run();
  }

  /** Undoes an open transaction; after a failed commit SQLite may have done so itself. */
  rollback(): void {
    if (this.#database.isTransaction) this.#database.exec("rollback");
  }

  insert(position: number, stream: string, revision: number, event: NewEvent): void {
    // A statement without rows answers `get` with nothing; `run` makes an object of what changed, a tenth of an insert.
    this.#insert.get(
      position,
      stream,
      revision,
      event.eventId,
      event.type,
      event.data,
      event.metadata,
    );
  }

  /** Writes revision 0; false when the stream exists. Saves the look-up of a stream that is new, as most are. */
  insertFirst(position: number, stream: string, event: NewEvent): boolean {
    const { changes } = this.#insertFirst.run(
      position,
      stream,
      0,
      event.eventId,
      event.type,
      event.data,
      event.metadata,
    );
    return changes === 1;
  }

  /** The stream's last revision, -1 when it is missing. */
  head(stream: string): number {
    const revision = rowsOf(this.#head, stream)[0]?.[0];
    return typeof revision === "number" ? revision : -1;
  }

  /** Ids and positions at the revisions from `first` to `last`, both included. */
  ids(stream: string, first: number, last: number): { eventId: string; position: number }[] {
    return rowsOf(this.#ids, stream, first, last).map(([eventId, position]) => ({
      eventId: String(eventId),
      position: Number(position),
    }));
  }

  /** At most `limit` events of a stream from a revision on. */
  slice(stream: string, from: number, limit: number): RecordedEvent[] {
    return rowsOf(this.#slice, stream, from, limit).map(eventOf);
  }

  /** The last position in the store, 0 when it is empty. */
  lastPosition(): number {
    const position = rowsOf(this.#arrays("select max(position) from events"))[0]?.[0];
    return typeof position === "number" ? position : 0;
  }

  /** Makes a scan of the streams that begin with one of the prefixes, of all when there are none. */
  scanner(prefixes: readonly string[]): Scan {
    // The plus keeps SQLite from walking the stream index, which is not in the order of positions.
    const ranges = prefixes.map(() => "(+stream >= ? and +stream < ?)").join(" or ");
    const statement = this.#arrays(
      `select ${eventColumns} from events where position > ? and position <= ? ${
        ranges === "" ? "" : `and (${ranges})`
      } order by position limit ?`,
    );
    const bounds = prefixes.flatMap((prefix) => [prefix, prefix + lastChar]);
    return (after, upTo, limit) => rowsOf(statement, after, upTo, ...bounds, limit).map(eventOf);
  }

  #arrays(sql: string): StatementSync {
    const statement = this.#database.prepare(sql);
    statement.setReturnArrays(true);
    return statement;
  }
}
