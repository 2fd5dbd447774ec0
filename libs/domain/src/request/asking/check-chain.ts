import type { Reference } from "../../reference.ts";
import type { Assignment, LevelPlan } from "../../policy/policy.ts";
import { chainOf } from "../levels/chain.ts";
import { gapOf } from "../levels/gap.ts";
import { verdictOn } from "../levels/open-levels.ts";
import { isTemplate, resolveIdentifier, resolvePerson } from "../people/people.ts";
import { refuse, refuseField, type Refusal } from "../refusals.ts";
import { recordGroups, rosterOf } from "../people/slots.ts";
import type { Frozen } from "../state.ts";

const isKnown = (
  { type, identifier }: Assignment,
  frozen: Frozen,
  reference: Reference,
): boolean => {
  if (type === "user") return resolvePerson(identifier, frozen, reference) !== null;
  const role = resolveIdentifier(identifier, frozen);
  return role !== null && (type === "workflow" || reference.directory.roles.has(role));
};

/**
 * The asker's own naming must be right: inline approvers, and policies' templates, which are filled from its facts.
 * Names in policies are the organisation's; a gap there blocks the level and loses no request.
 */
const unknownApprover = (plan: LevelPlan, frozen: Frozen, reference: Reference): Refusal | null => {
  const inline = frozen.submitted.inlineChain !== null;
  for (const { assignments, group } of plan.groups) {
    const index = assignments.findIndex(
      (assignment) =>
        (inline || isTemplate(assignment.identifier)) && !isKnown(assignment, frozen, reference),
    );
    const assignment = assignments[index];
    if (assignment === undefined) continue;
    const { type, identifier } = assignment;
    const named = resolveIdentifier(identifier, frozen);
    const from = isTemplate(identifier) ? ` (${identifier})` : "";
    const message =
      named === null
        ? `The facts do not say who ${identifier} is`
        : `The directory knows no ${type} ${named}${from}`;
    const sentence = `${message}: level ${plan.number}, group ${group}.`;
    const details = { level: plan.number, group, type, identifier };
    return inline
      ? refuseField("unknown-approver", `approvers[${index}].identifier`, sentence, details)
      : refuse("unknown-approver", sentence, { ...details, resolved: named });
  }
  return null;
};

const unreachable = (plan: LevelPlan, frozen: Frozen, reference: Reference): Refusal | null => {
  const groups = recordGroups(plan, frozen, reference);
  const gap = gapOf(plan, groups, rosterOf(frozen.submitted, reference));
  if (gap === null) return null;
  if (gap.kind === "empty" && frozen.submitted.inlineChain === null) return null;
  const roles = plan.groups
    .filter(({ group }) => gap.groups.includes(group))
    .flatMap(({ assignments }) => assignments.map(({ identifier }) => identifier));
  const details = {
    level: plan.number,
    name: plan.name,
    groups: gap.groups,
    approvers: roles,
  };
  const { inlineChain, topic } = frozen.submitted;
  if (topic !== null) return refuse("quorum-unreachable", gap.reason, details);
  const field = inlineChain === null ? "policy" : "approvers";
  return refuseField("quorum-unreachable", field, gap.reason, details);
};

/**
 * Whether every level that may apply on the frozen facts can be approved by the people there are. Refused
 * `unknown-approver` or `quorum-unreachable`; null when it is fine, or when an organisation's empty set will block it.
 */
export const checkChain = (frozen: Frozen, reference: Reference): Refusal | null => {
  const chain = chainOf(frozen, reference.definition);
  for (const plan of chain.levels) {
    if (verdictOn(plan, frozen, reference)?.value === false) continue;
    const refusal =
      unknownApprover(plan, frozen, reference) ?? unreachable(plan, frozen, reference);
    if (refusal !== null) return refusal;
  }
  return null;
};
