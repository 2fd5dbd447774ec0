import type { DatabaseSync, StatementSync } from "node:sqlite";
import {
  DummyDriver,
  Kysely,
  sql,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type SelectQueryBuilder,
} from "kysely";
import { decodeCursor, encodeCursor } from "../cursor.ts";
import { ListTexts } from "./list-texts.ts";

export type Sort = "newest" | "oldest" | "urgency";

/** What a list is narrowed to; everything given must hold. */
export interface ListFilter {
  readonly status?: readonly string[];
  /** A person's queue (`now`, `later`), or what they asked for themselves. */
  readonly mine?: { readonly stand: "now" | "later" | "requested"; readonly person: string };
  /** Nothing but what this agent asked for: what an agent may see. */
  readonly visibleTo?: string;
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
  /** Words that title, description, action, requester or topic hold, each by its beginning. */
  readonly q?: string;
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
  /** Exact up to 1,000 and for a whole status; a filter that finds more says 1,000. */
  readonly totalEstimate: number;
}

interface Tables {
  request: {
    rid: number;
    org: string;
    id: string;
    status: string;
    created_at: string;
    rank: number;
    requester_kind: string;
    requester: string;
    action: string;
    gate_type: string | null;
    pipeline: string | null;
    doc: string;
  };
  reason: { org: string; code: string; rid: number };
  standing: { org: string; person: string; stand: string; rid: number };
}

type Selecting = SelectQueryBuilder<Tables, "request", object>;

/** Only for making SQL; it is run with statements that are prepared once per shape. */
const kysely = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

/** Rows counted for an estimate. */
const COUNTED = 1_000;
/** Shapes of filters whose statements are kept. */
const SHAPES = 500;

/** Words of a search as FTS5 takes them, each a prefix; null when there is no word in it. */
const matchOf = (q: string): string | null => {
  const words = q.match(/[\p{L}\p{N}]+/gu);
  return words === null ? null : words.map((word) => `"${word}"*`).join(" AND ");
};

const filtered = (org: string, filter: ListFilter): Selecting => {
  let rows: Selecting = kysely.selectFrom("request").where("request.org", "=", org);
  const { status, mine, visibleTo, agent, action, reasonCode, gateType } = filter;
  const { approver, pipeline, from, to, q } = filter;
  if (status !== undefined)
    rows =
      status.length === 1 && status[0] !== undefined
        ? rows.where("request.status", "=", status[0])
        : rows.where("request.status", "in", [...status]);
  if (mine?.stand === "requested")
    rows = rows
      .where("request.requester_kind", "=", "person")
      .where("request.requester", "=", mine.person);
  else if (mine !== undefined)
    rows = rows.where("request.rid", "in", (inner) =>
      inner
        .selectFrom("standing")
        .select("standing.rid")
        .where("standing.org", "=", org)
        .where("standing.person", "=", mine.person)
        .where("standing.stand", "=", mine.stand),
    );
  for (const asked of [visibleTo, agent])
    if (asked !== undefined)
      rows = rows
        .where("request.requester_kind", "=", "agent")
        .where("request.requester", "=", asked);
  if (action !== undefined) rows = rows.where("request.action", "=", action);
  if (gateType !== undefined) rows = rows.where("request.gate_type", "=", gateType);
  if (pipeline !== undefined) rows = rows.where("request.pipeline", "=", pipeline);
  if (from !== undefined) rows = rows.where("request.created_at", ">=", from);
  if (to !== undefined) rows = rows.where("request.created_at", "<", to);
  if (reasonCode !== undefined)
    rows = rows.where("request.rid", "in", (inner) =>
      inner
        .selectFrom("reason")
        .select("reason.rid")
        .where("reason.org", "=", org)
        .where("reason.code", "=", reasonCode),
    );
  if (approver !== undefined)
    rows = rows.where("request.rid", "in", (inner) =>
      inner
        .selectFrom("standing")
        .select("standing.rid")
        .where("standing.org", "=", org)
        .where("standing.person", "=", approver),
    );
  if (q !== undefined) {
    const match = matchOf(q);
    rows =
      match === null
        ? rows.where(sql<boolean>`false`)
        : rows.where(
            sql<boolean>`request.rid in (select rowid from search where search match ${match})`,
          );
  }
  return rows;
};

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
    const [first = 0, second = 0] = cursor?.keys ?? [];
    let rows = filtered(org, filter);
    if (sort === "newest") {
      if (cursor !== undefined) rows = rows.where("request.rid", "<", first);
      rows = rows.orderBy("request.rid", "desc");
    } else if (sort === "oldest") {
      if (cursor !== undefined) rows = rows.where("request.rid", ">", first);
      rows = rows.orderBy("request.rid", "asc");
    } else {
      if (cursor !== undefined)
        rows = rows.where(sql<boolean>`(request.rank, request.rid) > (${first}, ${second})`);
      rows = rows.orderBy("request.rank", "asc").orderBy("request.rid", "asc");
    }
    const found = this.#all(
      rows
        .select(["request.rid", "request.rank", "request.doc"])
        .limit(limit + 1)
        .compile(),
    );
    const shown = found.slice(0, limit);
    const last = shown[shown.length - 1];
    return {
      items: shown.map(({ rid, doc }) => this.#texts.of(Number(rid), String(doc))),
      next:
        found.length <= limit || last === undefined
          ? null
          : encodeCursor({
              sort,
              keys:
                sort === "urgency"
                  ? [Number(last["rank"]), Number(last["rid"])]
                  : [Number(last["rid"])],
            }),
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
    const some = filtered(org, filter)
      .select(sql<number>`1`.as("one"))
      .limit(COUNTED)
      .compile();
    const counted = this.#all({ ...some, sql: `select count(*) as n from (${some.sql})` });
    return Number(counted[0]?.["n"] ?? 0);
  }

  #all(query: {
    readonly sql: string;
    readonly parameters: readonly unknown[];
  }): Record<string, unknown>[] {
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
  return mine === undefined || mine.stand === "requested" ? null : [`${mine.stand}:${mine.person}`];
};
