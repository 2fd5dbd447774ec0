import type { GroupPlan, LevelPlan, Policy } from "./policy.ts";

/** A level of these groups with every other key at its default, for whatever writes no level of its own. */
export const plainLevel = (
  number: number,
  name: string,
  groups: readonly GroupPlan[],
  conditions: LevelPlan["conditions"] = null,
): LevelPlan => ({
  number,
  name,
  message: null,
  groups,
  logic: "AND",
  conditions,
  timeout: null,
  onTimeout: null,
  escalation: [],
  onDeny: "veto",
  onEmpty: "block",
  distinctApprovers: true,
  unskippable: false,
  stepUp: false,
  calendar: null,
  deciders: [],
});

/** What a policy says besides its chain when it says nothing. */
export const plainPolicy: Omit<Policy, "id" | "version" | "name" | "chain"> = {
  escalation: [],
  expiresIn: null,
  selfApproval: null,
  onAllSkipped: "block",
  fallback: null,
  autoApprove: "forbid",
  observers: [],
  riskCeiling: 0.5,
  maxResubmissions: 3,
  reapproval: "required",
  grantValidFor: "1h",
  pauseOnQuestion: "0",
  schema: null,
  onePendingPer: null,
};
