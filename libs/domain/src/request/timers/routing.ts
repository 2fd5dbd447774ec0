import { isObject, type Json, type JsonObject } from "../../json.ts";
import type { LadderStep, Target } from "../../policy/policy.ts";

/** Everybody who still has an open slot is told, so a routing's reminder names nobody. */
const everyone: readonly Target[] = [];

const minutesOf = (stop: Json | undefined): number | null => {
  const minutes = isObject(stop) ? stop["timeout_minutes"] : undefined;
  return typeof minutes === "number" && minutes > 0 ? minutes : null;
};

const step = (
  minutes: number,
  action: LadderStep["action"],
  to: readonly Target[] = everyone,
): LadderStep => ({ after: `${minutes}m`, action, to, channels: [], reason: null });

/**
 * A routing as a ladder beside a chain: at `primary.timeout_minutes` the escalation's role is added, at
 * `escalation.timeout_minutes` everybody is reminded, at `final.timeout_minutes` the final action is taken. All minutes
 * count from the request's creation; a stop without them has no step.
 */
export const ladderOfRouting = (routing: JsonObject): readonly LadderStep[] => {
  const { primary, escalation, final } = routing;
  const steps: LadderStep[] = [];
  const first = minutesOf(primary);
  const role = isObject(escalation) ? escalation["role"] : undefined;
  if (first !== null && typeof role === "string") {
    steps.push(step(first, "escalate", [{ type: "role", identifier: role }]));
  }
  const second = minutesOf(escalation);
  if (second !== null) steps.push(step(second, "reminder"));
  const third = minutesOf(final);
  const action = isObject(final) ? final["action"] : undefined;
  if (third !== null && typeof action === "string") {
    steps.push(step(third, action === "auto_approve" ? "auto_approve" : "auto_deny"));
  }
  return steps;
};
