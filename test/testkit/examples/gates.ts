import { noGates, type ActiveGates } from "@countersign/domain/gate/active-gates.ts";
import type { ApprovalLevels, Gate, GateSubject, Rule } from "@countersign/domain/gate/gate.ts";
import type { Condition } from "@countersign/domain/policy/condition.ts";
import { assignment } from "./policies.ts";

/** Gates with the defaults that an author gets who writes only what matters. */

type GateFields = Partial<Omit<Gate, "subject" | "approvers">> & {
  readonly approvers?: readonly string[];
};

/** A gate of this kind, called after it. */
export const gate = (subject: GateSubject, fields: GateFields = {}): Gate => {
  const { approvers = [], ...rest } = fields;
  return {
    id: subject.type,
    subject,
    actions: [],
    when: null,
    policy: null,
    approvers: approvers.map(assignment),
    routing: null,
    message: null,
    liftable: false,
    ...rest,
  };
};

/** A gate that asks the QA leads about whatever begins like this. */
export const asksFor = (actions: string, fields: GateFields = {}): Gate =>
  gate({ type: "require_approval" }, { actions: [actions], approvers: ["qa_lead"], ...fields });

/** A gate that lets nobody do this. */
export const denies = (actions: string, fields: GateFields = {}): Gate =>
  gate({ type: "deny" }, { id: "never", actions: [actions], ...fields });

/** A rule on one fact. */
export const rule = (
  decide: Rule["decide"],
  when: Condition,
  fields: Partial<Rule> = {},
): Rule => ({
  id: `rule-${decide}`,
  when,
  decide,
  reason: null,
  ...fields,
});

export const levels = (fields: Partial<ApprovalLevels>): ActiveGates["levels"] => ({
  fallback: null,
  namespaces: {},
  timeout: null,
  notify: false,
  version: 1,
  ...fields,
});

/** These gates, active in this order. */
export const active = (gates: readonly Gate[], more: Partial<ActiveGates> = {}): ActiveGates => ({
  ...noGates,
  gates: gates.map((each, index) => ({ ...each, version: 1, place: index + 1 })),
  ...more,
});
