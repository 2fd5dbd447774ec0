import { builder } from "./builder.ts";

type Totals = Readonly<Record<"pending" | "approved" | "denied" | "expired" | "cancelled", number>>;

/** The figures of a period, as `GET …/approvals/stats` answers them. */
export interface WireStats {
  readonly period: { readonly from: string | null; readonly to: string | null };
  readonly totals: Totals;
  readonly average_response_time_minutes: number | null;
  readonly approval_rate: number | null;
  readonly by_agent: readonly (Partial<Totals> & { readonly agent: string })[];
  readonly by_reason_code: Readonly<Record<string, number>>;
  readonly by_reviewer: readonly {
    readonly reviewer: string;
    readonly approved: number;
    readonly denied: number;
    readonly average_response_time_minutes: number | null;
  }[];
  readonly by_level: readonly {
    readonly policy: string;
    readonly level: number;
    readonly count: number;
    readonly average_minutes: number | null;
  }[];
  readonly percentiles: Readonly<Record<"p50" | "p90" | "p99", number | null>>;
}

const StatsPeriod = builder.objectRef<WireStats["period"]>("StatsPeriod").implement({
  fields: (t) => ({
    from: t.field({ type: "DateTime", nullable: true, resolve: ({ from }) => from ?? null }),
    to: t.field({ type: "DateTime", nullable: true, resolve: ({ to }) => to ?? null }),
  }),
});

const StatusTotals = builder.objectRef<Partial<Totals>>("StatusTotals").implement({
  fields: (t) => ({
    pending: t.int({ resolve: ({ pending }) => pending ?? 0 }),
    approved: t.int({ resolve: ({ approved }) => approved ?? 0 }),
    denied: t.int({ resolve: ({ denied }) => denied ?? 0 }),
    expired: t.int({ resolve: ({ expired }) => expired ?? 0 }),
    cancelled: t.int({ resolve: ({ cancelled }) => cancelled ?? 0 }),
  }),
});

const AgentStats = builder.objectRef<WireStats["by_agent"][number]>("AgentStats").implement({
  fields: (t) => ({
    agent: t.exposeString("agent"),
    pending: t.int({ resolve: ({ pending }) => pending ?? 0 }),
    approved: t.int({ resolve: ({ approved }) => approved ?? 0 }),
    denied: t.int({ resolve: ({ denied }) => denied ?? 0 }),
    expired: t.int({ resolve: ({ expired }) => expired ?? 0 }),
    cancelled: t.int({ resolve: ({ cancelled }) => cancelled ?? 0 }),
    totals: t.field({ type: StatusTotals, resolve: (row) => row }),
  }),
});

const ReasonCodeCount = builder
  .objectRef<{ readonly code: string; readonly count: number }>("ReasonCodeCount")
  .implement({
    fields: (t) => ({ code: t.exposeString("code"), count: t.exposeInt("count") }),
  });

const ReviewerStats = builder
  .objectRef<WireStats["by_reviewer"][number]>("ReviewerStats")
  .implement({
    fields: (t) => ({
      reviewer: t.exposeString("reviewer"),
      approved: t.exposeInt("approved"),
      denied: t.exposeInt("denied"),
      averageResponseTimeMinutes: t.exposeFloat("average_response_time_minutes", {
        nullable: true,
      }),
    }),
  });

const LevelStats = builder.objectRef<WireStats["by_level"][number]>("LevelStats").implement({
  fields: (t) => ({
    policy: t.exposeString("policy", { nullable: true }),
    level: t.exposeInt("level"),
    count: t.exposeInt("count"),
    averageMinutes: t.exposeFloat("average_minutes", { nullable: true }),
  }),
});

const Percentiles = builder.objectRef<WireStats["percentiles"]>("Percentiles").implement({
  fields: (t) => ({
    p50: t.exposeFloat("p50", { nullable: true }),
    p90: t.exposeFloat("p90", { nullable: true }),
    p99: t.exposeFloat("p99", { nullable: true }),
  }),
});

export const ApprovalStats = builder.objectRef<WireStats>("ApprovalStats").implement({
  description: "Figures over the requests created in a period.",
  fields: (t) => ({
    period: t.expose("period", { type: StatsPeriod }),
    totals: t.expose("totals", { type: StatusTotals }),
    averageResponseTimeMinutes: t.exposeFloat("average_response_time_minutes", { nullable: true }),
    approvalRate: t.exposeFloat("approval_rate", { nullable: true }),
    byAgent: t.expose("by_agent", { type: [AgentStats] }),
    byReasonCode: t.field({
      type: [ReasonCodeCount],
      resolve: (stats) =>
        Object.entries(stats.by_reason_code).map(([code, count]) => ({ code, count })),
    }),
    byReviewer: t.expose("by_reviewer", { type: [ReviewerStats] }),
    byLevel: t.expose("by_level", { type: [LevelStats] }),
    percentiles: t.expose("percentiles", { type: Percentiles }),
  }),
});
