import type { LadderStep } from "../../policy/policy.ts";
import type { PlanCalendar, PlannedTimer } from "./events.ts";

/** What became of a timer: it took effect, did nothing, or gave way to a later reminder. */
export type Outcome = "done" | "suppressed" | "collapsed";

/** A ladder with its due mark, as last planned. */
export interface LadderPlan {
  /** Null for the ladder beside the chain. */
  readonly level: number | null;
  readonly payloadVersion: number;
  readonly generation: number;
  /** When the level of this plan was opened, or the request created: another opening makes the plan void. */
  readonly begunAt: string;
  readonly startAt: string;
  readonly calendar: PlanCalendar | null;
  /** Those that were open when it was planned. */
  readonly timers: readonly PlannedTimer[];
  /** Of the due mark, whether or not it has passed; null without one. */
  readonly markAt: string | null;
  /** What became of the steps since the ladder began; null stands for the due mark. */
  readonly past: ReadonlyMap<number | null, Outcome>;
  readonly ladder?: readonly LadderStep[];
}

/** What timers have done and will do to a request. */
export interface Timers {
  readonly plans: readonly LadderPlan[];
  /** Set by `CallerPaused`. */
  readonly callerPaused: boolean;
  /** The expiry that was said to approach. */
  readonly approached: string | null;
}

const noTimers: Timers = { plans: [], callerPaused: false, approached: null };

/** What timers did and will do; nothing while none were planned. */
export const timersOf = ({ timers = noTimers }: { readonly timers?: Timers }): Timers => timers;
