import type { DatabaseSync, StatementSync } from "node:sqlite";
import { decodeCursor, encodeCursor } from "../cursor.ts";
import type { AuditRow } from "./audit-row.ts";

/** What a trail is narrowed to. */
export interface TrailFilter {
  /** ISO times: from inclusive, to exclusive. */
  readonly from?: string;
  readonly to?: string;
  /** Id of who acted. */
  readonly actor?: string;
  readonly requestId?: string;
  /** Only requests that this agent made or is a named decider of, and the security stream where it may see that. */
  readonly agent?: string;
  /** With the security stream: for admins, and credentials with the right to it. */
  readonly security: boolean;
}

export interface TrailPage {
  readonly rows: readonly AuditRow[];
  readonly next: string | null;
  /** The place behind each row, for who may stop at any of them. */
  readonly cursors: () => string[];
  /** Exact up to 1,000. */
  readonly totalEstimate: number;
}

const columns = "position, org, category, subject, event_id, type, actor, at, metadata, data";
const COUNTED = 1_000;

const cursorOf = ({ position }: AuditRow): string =>
  encodeCursor({ sort: "trail", keys: [Number(position)] });
const SHAPES = 100;

const rowOf = (row: Record<string, unknown>): AuditRow => ({
  position: String(row["position"]),
  org: String(row["org"]),
  category: String(row["category"]),
  subject: String(row["subject"]),
  eventId: String(row["event_id"]),
  type: String(row["type"]),
  actor: String(row["actor"]),
  at: String(row["at"]),
  metadata: String(row["metadata"]),
  data: String(row["data"]),
});

/** What an agent sees of the trail: requests that it made, and those that it is named to decide. */
const own =
  "category = 'request' and exists (select 1 from sees where sees.org = entry.org and sees.agent = ? and sees.subject = entry.subject)";
const ownOrSecurity = `((${own}) or category = 'security')`;

/** Conditions of a filter, in a fixed order, with their values. */
const conditionsOf = (org: string, filter: TrailFilter): [string, string][] => {
  const conditions: [string, string][] = [["org = ?", org]];
  const { from, to, actor, requestId, agent, security } = filter;
  if (requestId !== undefined) conditions.push(["subject = ? and category = 'request'", requestId]);
  if (actor !== undefined) conditions.push(["actor = ?", actor]);
  if (from !== undefined) conditions.push(["at >= ?", from]);
  if (to !== undefined) conditions.push(["at < ?", to]);
  if (agent !== undefined) conditions.push([security ? ownOrSecurity : own, agent]);
  if (!security) conditions.push(["category <> ?", "security"]);
  return conditions;
};

/** Queries on the audit trail. */
export class AuditReader {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** One request's trail, oldest first. */
  ofRequest(org: string, id: string): AuditRow[] {
    return this.#all(
      `select ${columns} from entry where org = ? and subject = ? and category = 'request' order by position`,
      [org, id],
    ).map(rowOf);
  }

  /** True when the agent made the request, or is named to decide it. */
  sees(org: string, agent: string, id: string): boolean {
    return (
      this.#all("select 1 from sees where org = ? and agent = ? and subject = ?", [org, agent, id])
        .length > 0
    );
  }

  /** The org's trail, newest first; null for an unknown cursor. */
  page(org: string, filter: TrailFilter, limit: number, after: string | null): TrailPage | null {
    const cursor = after === null ? undefined : decodeCursor(after, "trail", 1);
    if (cursor === null) return null;
    const conditions = conditionsOf(org, filter);
    const where = conditions.map(([condition]) => condition).join(" and ");
    const values = conditions.map(([, value]) => value);
    const place = cursor?.keys[0];
    const found = this.#all(
      `select ${columns} from entry where ${where}${place === undefined ? "" : " and position < ?"} order by position desc limit ?`,
      [...values, ...(place === undefined ? [] : [place]), limit + 1],
    );
    const rows = found.slice(0, limit).map(rowOf);
    const last = rows[rows.length - 1];
    const counted = this.#all(
      `select count(*) as n from (select 1 from entry where ${where} limit ${COUNTED})`,
      values,
    );
    return {
      rows,
      next: found.length <= limit || last === undefined ? null : cursorOf(last),
      cursors: () => rows.map(cursorOf),
      totalEstimate: Number(counted[0]?.["n"] ?? 0),
    };
  }

  /** Events after a position, oldest first: how a live stream is resumed. */
  after(org: string, position: bigint, limit: number, filter: TrailFilter): AuditRow[] {
    const conditions = conditionsOf(org, filter);
    const where = conditions.map(([condition]) => condition).join(" and ");
    return this.#all(
      `select ${columns} from entry where ${where} and position > ? order by position limit ?`,
      [...conditions.map(([, value]) => value), position, limit],
    ).map(rowOf);
  }

  #all(sql: string, values: readonly (string | number | bigint)[]): Record<string, unknown>[] {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      if (this.#statements.size >= SHAPES) this.#statements.clear();
      this.#statements.set(sql, (statement = this.#database.prepare(sql)));
    }
    return statement.all(...values);
  }
}
