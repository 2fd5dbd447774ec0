import type { Condition } from "@countersign/domain/policy/condition.ts";
import type {
  Assignment,
  GroupPlan,
  LevelPlan,
  Policy,
  Quorum,
} from "@countersign/domain/policy/policy.ts";

/** Policies with the defaults that an author gets who writes only what matters. */

/** Quorums in the words of their authors. */
export const any: Quorum = { required: "any", count: null, percent: null };
export const all: Quorum = { required: "all", count: null, percent: null };
export const atLeast = (count: number): Quorum => ({ required: "threshold", count, percent: null });
export const percent = (share: number): Quorum => ({
  required: "percent",
  count: null,
  percent: share,
});

/** `role:qa_lead`, `user:bo`, `round_robin:sre`; without a type it is a role. */
export const assignment = (text: string): Assignment => {
  const [type, identifier] = text.includes(":") ? text.split(":") : ["role", text];
  return { type: type as Assignment["type"], identifier: identifier ?? "" };
};

/** A group of roles (`qa_lead`) and people (`user:bo`), named after the first of them. */
export const group = (quorum: Quorum, ...who: readonly string[]): GroupPlan => ({
  group: (who[0] ?? "nobody").replace(/^.*:/, "").replaceAll("_", "-"),
  assignments: who.map(assignment),
  quorum,
  message: null,
});

/** A level that always applies, of one or more groups. `number` is set by the policy. */
export const level = (
  groups: GroupPlan | readonly GroupPlan[],
  fields: Partial<LevelPlan> = {},
): LevelPlan => ({
  number: 1,
  name: "Level",
  message: null,
  groups: "group" in groups ? [groups] : groups,
  logic: "AND",
  conditions: null,
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
  ...fields,
});

/** The policy `release`, version 1, with these levels in order. */
export const policy = (
  chain: LevelPlan | readonly LevelPlan[],
  fields: Partial<Policy> = {},
): Policy => ({
  id: "release",
  version: 1,
  name: "Release",
  chain: ("number" in chain ? [chain] : chain).map((plan, index) => ({
    ...plan,
    number: index + 1,
  })),
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
  ...fields,
});

/** True when the context's field has this value. */
export const when = (field: string, value: string | number): Condition => ({
  kind: "field",
  field,
  operator: "=",
  value,
});

/** One lead of quality assurance is enough. */
export const qaOnly = policy(level(group(any, "qa_lead"), { name: "QA" }));

/** The four levels of the release workflow: one lead, two teams, and two conditional ones. */
export const fourLevels = policy([
  level(group(any, "qa_lead"), { name: "QA Verification" }),
  level([group(any, "engineering_lead"), group(all, "sre")], { name: "Technical Approval" }),
  level(group(all, "engineering_manager"), {
    name: "Manager Sign-off",
    conditions: {
      kind: "any",
      of: [
        when("priority", "critical"),
        { kind: "field", field: "labels", operator: "contains", value: "breaking-change" },
      ],
    },
  }),
  level(group(all, "director"), {
    name: "Director Approval",
    conditions: when("release_type", "major"),
  }),
]);
