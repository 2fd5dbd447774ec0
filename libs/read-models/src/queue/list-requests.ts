import type { DatabaseSync, StatementSync } from "node:sqlite";
import { decodeCursor, encodeCursor } from "../cursor.ts";
import { counting, selecting, type Compiled } from "./list-sql.ts";
import { ListTexts } from "./list-texts.ts";

export type Sort = "newest" | "oldest" | "urgency";

/** What a list is narrowed to; everything given must hold. */
export interface ListFilter {
  readonly status?: readonly string[];
  /** A person's queue (`now`, `later`), or what they asked for themselves. */
  readonly mine?:
    | { readonly stand: "later" | "requested"; readonly person: string }
    /** With a time, in milliseconds, without what they have handed over then and others answer alone. */
    | { readonly stand: "now"; readonly person: string; readonly at?: number }
    /** Those on which the person may act for another at this time, in milliseconds. */
    | { readonly stand: "delegate"; readonly person: string; readonly at: number };
  /** Nothing but what this agent asked for: what an agent may see. */
  readonly visibleTo?: string;
  /** That agent also sees what it is a named decider of. */
  readonly decides?: boolean;
  readonly agent?: string;
  readonly action?: string;
  readonly reasonCode?: string;
  readonly gateType?: string;
  /** A person in whose queue it stands, or who voted on it. */
  readonly approver?: string;
  readonly pipeline?: string;
  /** ISO times of creation: from inclusive, to exclusive. */
  readonly from?: string;
  readonly to?: string;
  /** Words that title, description, action, requester or topic hold, all of them; `dep*` is a beginning. */
  readonly q?: string;
  /** This one alone, if it belongs to the others. */
  readonly id?: string;
}

export interface ListQuery {
  readonly org: string;
  readonly filter: ListFilter;
  readonly sort: Sort;
  /** 1–100. */
  readonly limit: number;
  readonly after: string | null;
}

export interface Page {
  /** JSON texts, ready to be joined. */
  readonly items: readonly string[];
  readonly next: string | null;
  /** The place behind each item, for who may stop at any of them. */
  readonly cursors: () => string[];
  /** Exact up to 1,000, and for a whole status or a person's queue; another filter that finds more says 1,000. */
  readonly totalEstimate: number;
}

/** Rows counted for an estimate. */
const COUNTED = 1_000;
/** Shapes of filters whose statements are kept. */
const SHAPES = 500;

/** The filtered list of requests, paged by key: a page never skips or repeats a row that was there, whatever arrives. */
export class RequestList {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #tally: StatementSync;
  readonly #texts = new ListTexts();

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#tally = database.prepare("select n from tally where org = ? and name = ?");
  }

  /** Null for a cursor that is none of this sort's. */
  page({ org, filter, sort, limit, after }: ListQuery): Page | null {
    const cursor =
      after === null ? undefined : decodeCursor(after, sort, sort === "urgency" ? 2 : 1);
    if (cursor === null) return null;
    const found = this.#all(selecting(org, filter, sort, cursor?.keys ?? null, limit + 1));
    const shown = found.slice(0, limit);
    const last = shown[shown.length - 1];
    const cursorOf = (row: Record<string, unknown>): string =>
      encodeCursor({
        sort,
        keys: sort === "urgency" ? [Number(row["rank"]), Number(row["rid"])] : [Number(row["rid"])],
      });
    return {
      items: shown.map(({ rid, doc }) => this.#texts.of(Number(rid), String(doc))),
      next: found.length <= limit || last === undefined ? null : cursorOf(last),
      cursors: () => shown.map(cursorOf),
      totalEstimate: this.#estimate(org, filter),
    };
  }

  #estimate(org: string, filter: ListFilter): number {
    const names = tallied(filter);
    if (names !== null) {
      let total = 0;
      for (const name of names) total += Number(this.#tally.get(org, name)?.["n"] ?? 0);
      return total;
    }
    return Number(this.#all(counting(org, filter, COUNTED))[0]?.["n"] ?? 0);
  }

  #all(query: Compiled): Record<string, unknown>[] {
    let statement = this.#statements.get(query.sql);
    if (statement === undefined) {
      if (this.#statements.size >= SHAPES) this.#statements.clear();
      this.#statements.set(query.sql, (statement = this.#database.prepare(query.sql)));
    }
    return statement.all(
      ...query.parameters.map((value) => (typeof value === "number" ? value : String(value))),
    );
  }
}

const everyStatus = ["pending", "approved", "denied", "expired", "cancelled"];

/** The tallies that count exactly what the filter finds; null when none do. */
const tallied = (filter: ListFilter): readonly string[] | null => {
  const used = Object.entries(filter).flatMap(([name, value]) =>
    value === undefined ? [] : [name],
  );
  if (used.length === 0) return everyStatus;
  if (used.length > 1) return null;
  if (filter.status !== undefined) return [...new Set(filter.status)];
  const { mine } = filter;
  if (mine?.stand === "now" && mine.at !== undefined) return null;
  return mine?.stand === "now" || mine?.stand === "later" ? [`${mine.stand}:${mine.person}`] : null;
};
