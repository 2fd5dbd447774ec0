import type { PendingRequest } from "../state.ts";
import type { PlannedTimer, TimerRef } from "./events.ts";
import { timersOf, type LadderPlan } from "./timers.ts";

/** A timer that is planned and not over, with the plan that it belongs to. */
export interface OpenTimer extends PlannedTimer {
  readonly plan: LadderPlan;
}

/** True while a plan counts: made for the present payload, and its level, if it has one, open since it was made for it. */
export const isInForce = (state: PendingRequest, plan: LadderPlan): boolean => {
  if (plan.payloadVersion !== state.payloadVersion) return false;
  if (plan.level === null) return true;
  const level = state.levels[plan.level - 1];
  return level?.status === "open" && level.openedAt === plan.begunAt;
};

/**
 * The order in which timers that are due take effect: by time; at the same instant the level's ladder before that of
 * the chain, steps as written, and a due mark last.
 */
export const inOrder = (a: OpenTimer, b: OpenTimer): number =>
  Date.parse(a.dueAt) - Date.parse(b.dueAt) ||
  Number(a.step === null) - Number(b.step === null) ||
  Number(a.plan.level === null) - Number(b.plan.level === null) ||
  (a.step ?? 0) - (b.step ?? 0);

/** Every timer that is still to come, or overdue, in order. */
export const openTimers = (state: PendingRequest): readonly OpenTimer[] => {
  const open: OpenTimer[] = [];
  for (const plan of timersOf(state).plans) {
    if (!isInForce(state, plan)) continue;
    for (const timer of plan.timers) if (!plan.past.has(timer.step)) open.push({ ...timer, plan });
  }
  return open.toSorted(inOrder);
};

/** The timer as events name it. */
export const refOf = ({ step, dueAt, plan }: OpenTimer): TimerRef => ({
  level: plan.level,
  step,
  payloadVersion: plan.payloadVersion,
  generation: plan.generation,
  dueAt,
});
