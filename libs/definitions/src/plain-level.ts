import type { GroupPlan, LevelPlan } from "@countersign/domain/policy/policy.ts";

/** A level of these groups with every other key at its default, for the short forms that write no level. */
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
