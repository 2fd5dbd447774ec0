import type { LevelState } from "../state.ts";
import type { LevelView } from "../view/wire.ts";
import type { Timers } from "./timers.ts";

/** A level's picture with its due mark as it was planned, and whether it has passed. */
export const withMark = (
  view: LevelView,
  level: LevelState | undefined,
  timers: Timers | undefined,
): LevelView => {
  const plan = timers?.plans.find((known) => known.level === view.number);
  if (plan === undefined || level?.openedAt !== plan.begunAt) return view;
  return { ...view, due_at: plan.markAt, overdue: plan.past.has(null) };
};
