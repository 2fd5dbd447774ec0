import type { StatementSync } from "node:sqlite";
import type { JsonObject } from "@countersign/domain/json.ts";
import { shownHolder } from "@countersign/domain/request/people/deciders.ts";
import type { StatsProjection } from "./stats-projection.ts";

/** Which requests are summed up: by creation, ISO times, from inclusive, to exclusive; an agent's own only. */
export interface StatsQuery {
  readonly org: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly agent: string | null;
}

const within =
  "r.org = :org and r.created_at >= :from and r.created_at < :to and (:agent is null or r.agent = :agent)";

const MINUTE = 60_000;
/** Later than every ISO time. */
const EVER = "\u{10ffff}";

/** Milliseconds as minutes to the thousandth; null stays null. */
const minutes = (ms: unknown): number | null =>
  typeof ms === "number" ? Math.round((ms / MINUTE) * 1_000) / 1_000 : null;

/** Nearest rank of sorted values. */
const percentile = (sorted: readonly number[], share: number): number | null =>
  minutes(sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]);

type Totals = Record<"pending" | "approved" | "denied" | "expired" | "cancelled", number>;
const noTotals = (): Totals => ({ pending: 0, approved: 0, denied: 0, expired: 0, cancelled: 0 });

const isStatus = (text: string): text is keyof Totals => Object.hasOwn(noTotals(), text);

/** A person's or agent's id, however the vote holds it. */
const reviewerOf = (holder: string): string => shownHolder(holder) ?? holder;

/** Queries on the figures. */
export class StatsReader {
  readonly #projection: StatsProjection;
  readonly #byStatus: StatementSync;
  readonly #times: StatementSync;
  readonly #byReason: StatementSync;
  readonly #byReviewer: StatementSync;
  readonly #byLevel: StatementSync;

  constructor(projection: StatsProjection) {
    this.#projection = projection;
    const prepare = (sql: string): StatementSync => projection.database.prepare(sql);
    this.#byStatus = prepare(
      `select r.agent, r.status, count(*) as n from request r where ${within} group by r.agent, r.status order by r.agent`,
    );
    this.#times = prepare(
      `select r.ms from request r where ${within} and r.ms is not null order by r.ms`,
    );
    this.#byReason = prepare(
      `select c.code, count(*) as n from request r join reason c using (rid) where ${within} group by c.code order by c.code`,
    );
    this.#byReviewer = prepare(
      "select v.reviewer, sum(v.decision = 'approve') as approved, sum(v.decision = 'deny') as denied, avg(v.ms) as ms" +
        ` from request r join vote v using (rid) where ${within} group by v.reviewer order by v.reviewer`,
    );
    this.#byLevel = prepare(
      "select l.policy, l.level, count(*) as n, avg(l.ms) as ms" +
        ` from request r join level l using (rid) where ${within} group by l.policy, l.level order by l.policy, l.level`,
    );
  }

  /** The figures as on the wire. */
  stats({ org, from, to, agent }: StatsQuery): JsonObject {
    this.#projection.write();
    const asked = { org, from: from ?? "", to: to ?? EVER, agent };
    const totals = noTotals();
    const agents = new Map<string, Totals>();
    for (const row of this.#byStatus.all(asked)) {
      const status = String(row["status"]);
      if (!isStatus(status)) continue;
      const n = Number(row["n"]);
      totals[status] += n;
      if (row["agent"] === null) continue;
      const name = String(row["agent"]);
      const known = agents.get(name) ?? noTotals();
      known[status] += n;
      agents.set(name, known);
    }
    const times = this.#times.all(asked).map(({ ms }) => Number(ms));
    const decided = totals.approved + totals.denied;
    return {
      period: { from, to },
      totals,
      average_response_time_minutes:
        times.length === 0 ? null : minutes(times.reduce((sum, ms) => sum + ms, 0) / times.length),
      approval_rate: decided === 0 ? null : totals.approved / decided,
      by_agent: [...agents].map(([name, counts]) => ({ agent: name, ...counts })),
      by_reason_code: Object.fromEntries(
        this.#byReason.all(asked).map(({ code, n }) => [String(code), Number(n)]),
      ),
      by_reviewer: this.#byReviewer.all(asked).map((row) => ({
        reviewer: reviewerOf(String(row["reviewer"])),
        approved: Number(row["approved"]),
        denied: Number(row["denied"]),
        average_response_time_minutes: minutes(row["ms"]),
      })),
      by_level: this.#byLevel.all(asked).map((row) => ({
        policy: row["policy"] === null ? null : String(row["policy"]),
        level: Number(row["level"]),
        count: Number(row["n"]),
        average_minutes: minutes(row["ms"]),
      })),
      percentiles: {
        p50: percentile(times, 0.5),
        p90: percentile(times, 0.9),
        p99: percentile(times, 0.99),
      },
    };
  }
}
