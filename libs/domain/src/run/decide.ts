import { refuseField, type Refusal } from "../request/refusals.ts";
import { isOpen } from "./counters.ts";
import type { Reservation, RunEvent, RunState } from "./run.ts";

/** How long a reservation counts when nobody settles it. */
const RESERVED_FOR_MS = 15 * 60_000;
/** Above this an amount is a slip of somebody's, and sums would lose their cents. */
const MOST_USD = 1_000_000_000;

/** An action that was allowed: its estimate counts from now on. */
export interface Reserve {
  readonly key: string;
  readonly run: string | null;
  readonly estimateUsd: number;
}

/** What an action did cost. `settles` names a reservation, of whichever run; null: the oldest open one of this run. */
export interface Settle {
  readonly run: string | null;
  readonly costUsd: number;
  readonly settles: string | null;
}

export interface RunDecision {
  readonly events: readonly RunEvent[];
  readonly refusal?: Refusal;
}

/** The end of every reservation that was not settled in time: said before anything else is. */
const lapsed = (state: RunState, now: string): readonly RunEvent[] =>
  state.reservations
    .filter((reservation) => !isOpen(reservation, now))
    .map((data) => ({ type: "CostReleased", data }));

/** Null for an amount that can be counted; what is no number lies within no bounds. */
const amountRefusal = (path: string, amountUsd: number): Refusal | null =>
  amountUsd >= 0 && amountUsd <= MOST_USD
    ? null
    : refuseField(
        "unprocessable",
        path,
        `${path} is an amount in US dollars, from 0 to ${MOST_USD}.`,
      );

/** Reserves an estimate; one that is reserved already under this key, and one of nothing, change nothing. */
export const reserveCost = (state: RunState, command: Reserve, now: string): RunDecision => {
  const { key, run, estimateUsd } = command;
  const refusal = amountRefusal("risk_snapshot.estimated_cost_usd", estimateUsd);
  if (refusal !== null) {
    return { events: [], refusal };
  }
  const stands = state.reservations.some((each) => each.key === key && isOpen(each, now));
  if (stands || estimateUsd === 0) {
    return { events: [] };
  }
  const until = new Date(Date.parse(now) + RESERVED_FOR_MS).toISOString();
  const data: Reservation = { key, run, amountUsd: estimateUsd, until };
  return { events: [...lapsed(state, now), { type: "CostReserved", data }] };
};

/**
 * Counts what was spent, and ends the reservation it was spent under. A reservation that lapsed, or was never made,
 * settles nothing, and what was spent counts all the same.
 */
export const settleCost = (state: RunState, command: Settle, now: string): RunDecision => {
  const { run, costUsd, settles } = command;
  const refusal = amountRefusal("facts.cost_usd", costUsd);
  if (refusal !== null) {
    return { events: [], refusal };
  }
  const settled = state.reservations.find(
    (reservation) =>
      isOpen(reservation, now) &&
      (settles === null ? reservation.run === run : reservation.key === settles),
  );
  if (settled === undefined && costUsd === 0) {
    return { events: [] };
  }
  const data = { run, spentUsd: costUsd, key: settled?.key ?? null };
  return { events: [...lapsed(state, now), { type: "CostSettled", data }] };
};
