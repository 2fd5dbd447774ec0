import type { CostCounters, Reservation, RunState } from "./run.ts";

/** Binary fractions add up to a little more than they should (0.1 + 0.2); amounts are kept to a billionth of a dollar. */
const PRECISION = 1e9;

/** The sum of two amounts, to a billionth of a dollar. */
export const addUsd = (a: number, b: number): number => {
  const rounded = Math.round((a + b) * PRECISION) / PRECISION;
  return Number.isFinite(rounded) ? rounded : a + b;
};

const BUCKETS = 256;

const bucketOf = (run: string): number => {
  let hash = 0;
  for (let index = 0; index < run.length; index++) {
    hash = (Math.imul(hash, 31) + run.charCodeAt(index)) >>> 0;
  }
  return hash % BUCKETS;
};

/** No run has spent anything. */
export const noRuns: RunState["runs"] = Array.from({ length: BUCKETS }, () => new Map());

/** What a run has spent so far. */
export const spentIn = (runs: RunState["runs"], run: string): number =>
  runs[bucketOf(run)]?.get(run) ?? 0;

/** The runs after one of them spent more; only its bucket is copied. */
export const withSpent = (
  runs: RunState["runs"],
  run: string,
  amountUsd: number,
): RunState["runs"] => {
  const bucket = bucketOf(run);
  const spent = new Map(runs[bucket]).set(run, addUsd(spentIn(runs, run), amountUsd));
  return runs.with(bucket, spent);
};

/** The UTC day of an ISO time. */
export const dayOf = (at: string): string => at.slice(0, 10);

/** Whether a reservation still counts. Both times are ours, so their texts sort as they do; many are looked at each time. */
export const isOpen = ({ until }: Reservation, now: string): boolean => until > now;

/**
 * What counts for an action of a run at a moment; `except` is the action's own reservation, which a repeat of it must
 * not meet as somebody else's.
 */
export const costOf = (
  state: RunState,
  run: string | null,
  now: string,
  except: string | null = null,
): CostCounters => {
  let reserved = 0;
  let reservedInRun = 0;
  for (const reservation of state.reservations) {
    if (reservation.key === except || !isOpen(reservation, now)) {
      continue;
    }
    reserved += reservation.amountUsd;
    if (reservation.run === run) {
      reservedInRun += reservation.amountUsd;
    }
  }
  const reservedUsd = addUsd(reserved, 0);
  const spentToday = state.day === dayOf(now) ? state.spentTodayUsd : 0;
  const day = { spentUsd: spentToday, reservedUsd };
  return {
    run:
      run === null
        ? day
        : { spentUsd: spentIn(state.runs, run), reservedUsd: addUsd(reservedInRun, 0) },
    agent: { spentUsd: state.spentUsd, reservedUsd },
    day,
  };
};
