import type { StatementSync } from "node:sqlite";
import type { QueueProjection } from "./queue-projection.ts";

/** A request as rendered, and its place in the order of creation. */
export interface RecordedDoc {
  readonly rid: number;
  readonly doc: string;
}

/** The requests of an org in the order of their creation, a page at a time. */
export class RecordedRequests {
  readonly #projection: Pick<QueueProjection, "write">;
  readonly #first: StatementSync;
  readonly #nth: StatementSync;
  readonly #page: StatementSync;

  constructor(projection: Pick<QueueProjection, "database" | "write">) {
    const { database } = projection;
    this.#projection = projection;
    this.#first = database.prepare(
      "select rid from request where org = ? and created_at >= ? order by created_at, rid limit 1",
    );
    this.#nth = database.prepare(
      "select rid from request where org = ? order by rid desc limit 1 offset ?",
    );
    this.#page = database.prepare(
      "select rid, doc from request where org = ? and rid >= ? order by rid limit ?",
    );
  }

  /**
   * Where a period begins that holds at most so many requests, the newest ones; null when it holds none. `cut`: there
   * were more. `from` is ISO 8601, inclusive.
   */
  begin(
    org: string,
    from: string,
    most: number,
  ): { readonly rid: number; readonly cut: boolean } | null {
    this.#projection.write();
    const first = this.#first.get(org, from);
    if (first === undefined) return null;
    const rid = Number(first["rid"]);
    const bound = Number(this.#nth.get(org, most - 1)?.["rid"] ?? 0);
    return bound > rid ? { rid: bound, cut: true } : { rid, cut: false };
  }

  /** At most `limit` requests from this one on. */
  page(org: string, rid: number, limit: number): readonly RecordedDoc[] {
    return this.#page
      .all(org, rid, limit)
      .map((row) => ({ rid: Number(row["rid"]), doc: String(row["doc"]) }));
  }
}
