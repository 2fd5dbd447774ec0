import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Span } from "@countersign/domain/request/view/queue-delegates.ts";

/** Who may act for somebody; who has handed their own slot over. */
export type SpanTableName = "stand_in" | "handed_over";

/**
 * Times that concern people on pending requests, such as when they may act for somebody. What is active is the
 * reader's to say: nothing here changes because time goes by.
 */
export class SpanTable {
  readonly #insert: StatementSync;
  readonly #delete: StatementSync;
  readonly #count: StatementSync;
  readonly #of: StatementSync;
  readonly #next: StatementSync;
  #rows: number;

  constructor(database: DatabaseSync, table: SpanTableName) {
    this.#insert = database.prepare(`insert into ${table} values (?, ?, ?, ?, ?)`);
    this.#delete = database.prepare(`delete from ${table} where rid = ?`);
    this.#count = database.prepare(
      `select count(distinct rid) as n from ${table} where org = ? and person = ? and starts_ms <= ? and ends_ms > ?`,
    );
    this.#of = database.prepare(
      `select person, starts_ms, ends_ms from ${table} where rid = ? order by person, starts_ms`,
    );
    this.#next = database.prepare(
      `select min(case when starts_ms > ? then starts_ms else ends_ms end) as at from ${table} where org = ? and person = ? and ends_ms > ?`,
    );
    this.#rows = Number(database.prepare(`select count(*) as n from ${table}`).get()?.["n"] ?? 0);
  }

  /** Replaces those of one request. Where nobody delegates anything, nothing is written. */
  put(org: string, rid: number, spans: readonly Span[]): void {
    if (this.#rows > 0) this.#rows -= Number(this.#delete.run(rid).changes);
    for (const { person, startsAt, endsAt } of spans)
      this.#insert.run(org, person, rid, Date.parse(startsAt), Date.parse(endsAt));
    this.#rows += spans.length;
  }

  /** Requests that concern the person at this time (milliseconds). */
  count(org: string, person: string, at: number): number {
    return this.#rows === 0 ? 0 : Number(this.#count.get(org, person, at, at)?.["n"] ?? 0);
  }

  /** When the next of them begins or ends for the person after this time; null when none does. Milliseconds. */
  nextTurn(org: string, person: string, after: number): number | null {
    const at =
      this.#rows === 0 ? null : (this.#next.get(after, org, person, after)?.["at"] ?? null);
    return at === null ? null : Number(at);
  }

  /** Those of one request, for live queues; milliseconds. */
  of(rid: number): readonly { person: string; starts: number; ends: number }[] {
    if (this.#rows === 0) return [];
    return this.#of.all(rid).map((row) => ({
      person: String(row["person"]),
      starts: Number(row["starts_ms"]),
      ends: Number(row["ends_ms"]),
    }));
  }
}
