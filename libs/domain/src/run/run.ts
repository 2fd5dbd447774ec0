/** What one credential's actions cost: the stream `run-<org>.<agent>`, with the counters of all its runs. */

export type RunEvent =
  | {
      readonly type: "CostReserved";
      /** An action was allowed; its estimate counts until a signal settles it, or until `until`. */
      readonly data: {
        /** The idempotency key it was allowed under, or an id made for it. */
        readonly key: string;
        /** The run it belongs to; null counts for the agent and the UTC day alone. */
        readonly run: string | null;
        readonly amountUsd: number;
        /** ISO time, 15 minutes after it was reserved. */
        readonly until: string;
      };
    }
  | {
      readonly type: "CostSettled";
      /** A signal said what was spent. */
      readonly data: {
        readonly run: string | null;
        readonly spentUsd: number;
        /** The reservation it settles; null when none was open. */
        readonly key: string | null;
      };
    }
  | {
      readonly type: "CostReleased";
      /** Nobody settled the reservation in time; written with the next event of the stream, it counted no longer since `until`. */
      readonly data: {
        readonly key: string;
        readonly run: string | null;
        readonly amountUsd: number;
        readonly until: string;
      };
    };

export type Reservation = Extract<RunEvent, { type: "CostReserved" }>["data"];

/** Amounts in US dollars, to a billionth. */
export interface Counter {
  readonly spentUsd: number;
  readonly reservedUsd: number;
}

/** What a credential has spent and reserved: in one run, in all, and on one UTC day. Without a run, `run` is the day's. */
export interface CostCounters {
  readonly run: Counter;
  readonly agent: Counter;
  readonly day: Counter;
}

export interface RunState {
  /** In all. */
  readonly spentUsd: number;
  /** On `day` (UTC, `2026-01-05`), the day of the last settlement. */
  readonly day: string;
  readonly spentTodayUsd: number;
  /** Open ones, oldest first; those past `until` count no longer. */
  readonly reservations: readonly Reservation[];
  /** Spent by run, in buckets: a credential may have very many runs, and a state is never changed in place. */
  readonly runs: readonly ReadonlyMap<string, number>[];
}
