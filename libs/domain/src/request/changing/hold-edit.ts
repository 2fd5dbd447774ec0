import { policiesOfGates } from "../../gate/policies-of-gates.ts";
import type { Reference } from "../../reference.ts";
import type { FiredLater } from "../change-events.ts";
import type { DecideContext } from "../commands.ts";
import type { Action, SubmittedFields } from "../events.ts";
import { codesWith, deniedByRule, holdAsk, tracedWith } from "../asking/hold.ts";
import { policyRefs } from "../asking/policy-refs.ts";
import type { Refusal } from "../refusals.ts";
import type { PendingRequest } from "../state.ts";

/**
 * Holds an edited payload against the gates of today, as its asker's. Denied: refused `denied-by-rule`. Gates that did
 * not fire before add the levels that the chain lacks; null where none did.
 */
export const holdEdit = (
  { submitted }: PendingRequest,
  action: Action,
  context: DecideContext,
  reference: Reference,
): FiredLater | null | { readonly refusal: Refusal } => {
  const { requester } = submitted;
  const asker = { kind: requester.kind, id: requester.id, org: context.principal?.org ?? "" };
  const ask = { ...submitted, action };
  const held = holdAsk(ask, requester, { ...context, principal: asker }, reference);
  const refusal = deniedByRule(held);
  if (refusal !== null) return { refusal };
  const known = policyRefs(submitted);
  const fired = held?.fired.filter(({ id }) => !known.some(({ gate }) => gate === id)) ?? [];
  const [first] = fired;
  if (held === null || first === undefined) return null;
  const asked = policiesOfGates(fired, reference.definition);
  if ("refusal" in asked) return asked;
  const policies = asked.refs.filter(({ id }) => !known.some((ref) => ref.id === id));
  const checks = held.checks.filter(({ check }) => fired.some(({ id }) => id === check));
  const reasonCodes = codesWith([], held);
  // A gate whose policy another gate had brought fired before, too: nothing about it is new.
  const isNew =
    !submitted.escalated ||
    policies.length > 0 ||
    reasonCodes.some((code) => !submitted.reasonCodes.includes(code));
  if (!isNew) return null;
  return {
    gateType: first.type,
    reasonCodes,
    checks,
    policies,
    gatePolicies: asked.own.filter(({ id }) => policies.some((ref) => ref.id === id)),
  };
};

/** A request's fixed part after gates fired for an edited payload: from now on it is one that a gate asked for. */
export const firedLater = (submitted: SubmittedFields, later: FiredLater): SubmittedFields => {
  const { gateType, reasonCodes, checks, policies, gatePolicies } = later;
  const own = [...(submitted.gatePolicies ?? []), ...gatePolicies];
  const added = [...(submitted.laterPolicies ?? []), ...policies];
  return {
    ...submitted,
    escalated: true,
    selfApproval: false,
    gateType: submitted.gateType ?? gateType,
    reasonCodes: [...new Set([...submitted.reasonCodes, ...reasonCodes])],
    policyTrace: tracedWith(submitted.policyTrace, checks),
    ...(own.length === 0 ? {} : { gatePolicies: own }),
    ...(added.length === 0 ? {} : { laterPolicies: added }),
  };
};
