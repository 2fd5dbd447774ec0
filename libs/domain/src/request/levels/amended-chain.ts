import type { LevelPlan } from "../../policy/policy.ts";
import type { Amendment } from "../changes.ts";

const amendedLevel = (plan: LevelPlan, { added, shortened }: Amendment): LevelPlan => {
  const people = added.filter(({ level }) => level === plan.number);
  const timers = shortened.filter(({ level }) => level === plan.number);
  // The last word on a timer counts.
  const timerOf = (step: number | null): string | undefined =>
    timers.findLast((timer) => timer.step === step)?.after;
  return {
    ...plan,
    timeout: timerOf(null) ?? plan.timeout,
    escalation: plan.escalation.map((step, index) => ({
      ...step,
      after: timerOf(index + 1) ?? step.after,
    })),
    groups: plan.groups.map((group) => ({
      ...group,
      assignments: [
        ...group.assignments,
        ...people.filter((each) => each.group === group.group).flatMap((each) => each.approvers),
      ],
    })),
  };
};

interface Made {
  readonly from: readonly LevelPlan[];
  readonly levels: readonly LevelPlan[];
}

const known = new WeakMap<Amendment, Made>();

/** A request's levels as they were pinned, with what admins amended. Skipping is a verdict, and not seen here. */
export const amendedLevels = (
  levels: readonly LevelPlan[],
  amendment: Amendment,
): readonly LevelPlan[] => {
  const found = known.get(amendment);
  // An edit may have brought in a gate since: then the chain has more levels than were amended.
  if (found?.from === levels) return found.levels;
  const made = levels.map((plan) => amendedLevel(plan, amendment));
  known.set(amendment, { from: levels, levels: made });
  return made;
};
