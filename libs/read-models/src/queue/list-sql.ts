import {
  DummyDriver,
  Kysely,
  sql,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type RawBuilder,
} from "kysely";
import type { ListFilter, Sort } from "./list-requests.ts";

export interface Compiled {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** Only for making SQL; it is run with statements that are prepared once per shape. */
const kysely = new Kysely<Record<string, never>>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

/** Signs that SQLite ends a word at, though Unicode calls them letters by now. */
const NO_LETTERS = /[\u19b0-\u19c0\u19c8\u19c9\u1cf2\u1cf3]/gu;
/** A word as the index has it: at any sign above or below a letter but these accents it begins another one. */
const WORD =
  /([\p{L}\p{N}\p{Co}\u0300-\u0304\u0306-\u030c\u030f\u0311\u031b\u0323-\u0328\u032d\u032e\u0330\u0331]+)(\*?)/gu;

/**
 * Words of a search as FTS5 takes them; null when there is no word in it. Each must be one word for SQLite too: the
 * index knows no phrases. Beginnings only where the author says so: among 300,000 requests one that all have takes
 * 60 ms, a whole word less than one.
 */
const matchOf = (q: string): string | null => {
  const words = [...q.replaceAll(NO_LETTERS, " ").matchAll(WORD)];
  return words.length === 0
    ? null
    : words.map(([, word = "", star = ""]) => `"${word}"${star}`).join(" AND ");
};

type Sql = RawBuilder<unknown>;

/** A table that gives request ids in order for one condition, and the same condition as a test of a row. */
interface Narrowing {
  /** What follows `from`, before the request; its last column is named `rid` or `rowid`. */
  readonly from: Sql;
  readonly where: Sql;
  readonly rid: Sql;
  /** The urgency, where the table has it. */
  readonly rank?: Sql;
}

const narrowings = (org: string, filter: ListFilter): Narrowing[] => {
  const { mine, approver, reasonCode, q } = filter;
  const found: Narrowing[] = [];
  if (mine?.stand === "delegate") {
    // A person may have several windows on one request, and it is listed once.
    found.push({
      from: sql`(select distinct s.rid as rid from stand_in s where s.org = ${org} and s.person = ${mine.person} and s.starts_ms <= ${mine.at} and s.ends_ms > ${mine.at}) m`,
      where: sql`true`,
      rid: sql`m.rid`,
    });
  } else if (mine !== undefined && mine.stand !== "requested") {
    // Written out, because a partial index is not found for a parameter.
    const stand = mine.stand === "now" ? sql`m.stand = 'now'` : sql`m.stand = 'later'`;
    const isTheirs =
      mine.stand === "now" && mine.at !== undefined
        ? sql` and not exists (select 1 from handed_over h where h.org = ${org} and h.person = ${mine.person} and h.rid = m.rid and h.starts_ms <= ${mine.at} and h.ends_ms > ${mine.at})`
        : sql``;
    found.push({
      from: sql`standing m`,
      where: sql`m.org = ${org} and m.person = ${mine.person} and ${stand}${isTheirs}`,
      rid: sql`m.rid`,
      rank: sql`m.rank`,
    });
  }
  if (approver !== undefined)
    found.push({
      from: sql`standing a`,
      where: sql`a.org = ${org} and a.person = ${approver}`,
      rid: sql`a.rid`,
    });
  if (reasonCode !== undefined)
    found.push({
      from: sql`reason c`,
      where: sql`c.org = ${org} and c.code = ${reasonCode}`,
      rid: sql`c.rid`,
    });
  if (q !== undefined) {
    const match = matchOf(q);
    found.push({
      from: sql`search`,
      where: match === null ? sql`false` : sql`search match ${match}`,
      rid: sql`search.rowid`,
    });
  }
  return found;
};

/** Conditions on the request's own columns. */
const conditions = (org: string, filter: ListFilter, driven: boolean): Sql[] => {
  const { id, status, mine, visibleTo, decides, agent, action, gateType, pipeline, from, to } =
    filter;
  const own: Sql[] = [sql`r.org = ${org}`];
  if (status !== undefined) {
    const [only] = status;
    if (status.length === 1) {
      // Each row is a look-up by key already when another table leads.
      if (only === "pending")
        own.push(driven ? sql`+r.status = 'pending'` : sql`r.status = 'pending'`);
      else own.push(driven ? sql`+r.status = ${only}` : sql`r.status = ${only}`);
    } else own.push(sql`+r.status in (${sql.join(status)})`);
  }
  if (mine?.stand === "requested")
    own.push(sql`r.requester_kind = 'person' and r.requester = ${mine.person}`);
  if (visibleTo !== undefined && decides === true)
    own.push(
      sql`((r.requester_kind = 'agent' and r.requester = ${visibleTo}) or r.rid in (select rid from decider where org = ${org} and agent = ${visibleTo}))`,
    );
  for (const asked of [decides === true ? undefined : visibleTo, agent])
    if (asked !== undefined) own.push(sql`r.requester_kind = 'agent' and r.requester = ${asked}`);
  if (action !== undefined) own.push(sql`r.action = ${action}`);
  if (gateType !== undefined) own.push(sql`r.gate_type = ${gateType}`);
  if (pipeline !== undefined) own.push(sql`r.pipeline = ${pipeline}`);
  if (from !== undefined) own.push(sql`r.created_at >= ${from}`);
  if (to !== undefined) own.push(sql`r.created_at < ${to}`);
  if (id !== undefined) own.push(sql`r.id = ${id}`);
  return own;
};

/** What a filter finds: `from … where …`, and the column that gives ids in order. */
const filtered = (
  org: string,
  filter: ListFilter,
  more: (rid: Sql, rank: Sql) => Sql[],
): { body: Sql; rid: Sql; rank: Sql } => {
  const narrowed = narrowings(org, filter);
  // One request is looked at by itself, however many another table holds.
  const first = filter.id === undefined ? narrowed[0] : undefined;
  const others = first === undefined ? narrowed : narrowed.slice(1);
  const rid = first?.rid ?? sql`r.rid`;
  const rank = first?.rank ?? sql`r.rank`;
  const all = [
    ...(first === undefined ? [] : [first.where]),
    ...conditions(org, filter, first !== undefined),
    ...others.map(
      (other) =>
        sql`exists (select 1 from ${other.from} where ${other.where} and ${other.rid} = r.rid)`,
    ),
    ...more(rid, rank),
  ];
  // `cross join` keeps the order of the tables: the narrow one leads, and gives the ids in order.
  const from =
    first === undefined
      ? sql`request r`
      : sql`${first.from} cross join request r on r.rid = ${first.rid}`;
  return { body: sql`${from} where ${sql.join(all, sql` and `)}`, rid, rank };
};

/** The ids of one page in order, then their texts: rows that are not shown are sorted without them. */
export const selecting = (
  org: string,
  filter: ListFilter,
  sort: Sort,
  after: readonly number[] | null,
  limit: number,
): Compiled => {
  const [first = 0, second = 0] = after ?? [];
  const { body, rid, rank } = filtered(org, filter, (id, urgency) => {
    if (after === null) return [];
    if (sort === "newest") return [sql`${id} < ${first}`];
    return sort === "oldest"
      ? [sql`${id} > ${first}`]
      : [sql`(${urgency}, ${id}) > (${first}, ${second})`];
  });
  const order =
    sort === "newest"
      ? sql`${rid} desc`
      : sort === "oldest"
        ? sql`${rid} asc`
        : sql`${rank}, ${rid}`;
  const outer =
    sort === "newest" ? sql`rid desc` : sort === "oldest" ? sql`rid asc` : sql`rank, rid`;
  return sql`select rid, rank, doc from request where rid in (select r.rid from ${body} order by ${order} limit ${limit}) order by ${outer}`.compile(
    kysely,
  );
};

/** Counts what a filter finds, up to a bound. */
export const counting = (org: string, filter: ListFilter, bound: number): Compiled => {
  const { body } = filtered(org, filter, () => []);
  return sql`select count(*) as n from (select 1 from ${body} limit ${bound})`.compile(kysely);
};
