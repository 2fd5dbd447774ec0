import { policyRefs } from "@countersign/domain/request/asking/policy-refs.ts";
import type { KnownRequest } from "@countersign/domain/request/state.ts";

/** What one request contributes to the figures. */
export interface StatsRow {
  readonly status: KnownRequest["status"];
  /** From creation to the end, for what a person or agent approved or denied; else null. */
  readonly ms: number | null;
  readonly votes: readonly {
    readonly level: number;
    readonly reviewer: string;
    readonly decision: "approve" | "deny";
    /** From the level's opening to the vote. */
    readonly ms: number;
  }[];
  readonly levels: readonly { readonly level: number; readonly ms: number }[];
}

const between = (from: string | null, to: string | null): number =>
  from === null || to === null ? 0 : Math.max(0, Date.parse(to) - Date.parse(from));

const responseMs = (state: KnownRequest): number | null => {
  if (state.status !== "approved" && state.status !== "denied") return null;
  const { kind } = state.resolution.by;
  return kind === "person" || kind === "agent" ? between(state.createdAt, state.resolvedAt) : null;
};

/** The row of a request at one state. Pure. */
export const statsRow = (state: KnownRequest): StatsRow => {
  const votes: StatsRow["votes"][number][] = [];
  const levels: StatsRow["levels"][number][] = [];
  for (const { number: level, status, openedAt, resolvedAt, votes: cast } of state.levels) {
    for (const { votedBy: reviewer, decision, at, child } of cast) {
      // A child request's answer is nobody's review: whoever gave it is counted for the child.
      if (child === undefined) votes.push({ level, reviewer, decision, ms: between(openedAt, at) });
    }
    if (status === "approved" || status === "denied")
      levels.push({ level, ms: between(openedAt, resolvedAt) });
  }
  return { status: state.status, ms: responseMs(state), votes, levels };
};

/** Whose chain it was: its policies' ids joined by `+`, null for inline approvers. Levels count over all of them. */
export const policyOf = ({ submitted }: KnownRequest): string | null =>
  policyRefs(submitted)
    .map(({ id }) => id)
    .join("+") || null;
