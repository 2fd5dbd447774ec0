import type { DefinitionState } from "../definition/definition.ts";
import { findPolicy } from "../definition/find.ts";
import { kebabCase } from "../policy/kebab-case.ts";
import { plainLevel, plainPolicy } from "../policy/plain.ts";
import type { Assignment, LevelPlan, Policy } from "../policy/policy.ts";
import type { PolicyRef } from "../request/events.ts";
import { refuse, type Refusal } from "../request/refusals.ts";
import type { ActiveGate } from "./active-gates.ts";
import type { FiredGate } from "./evaluate-gates.ts";
import type { Routing } from "./gate.ts";
import { isLevelsTable } from "./judge-levels.ts";
import { routingOf } from "./routing.ts";

/** Whose levels are asked because gates fired. */
export interface GatePolicies {
  /** In the order of the gates, the same policy once. */
  readonly refs: readonly PolicyRef[];
  readonly policies: readonly Policy[];
  /** Those of them that are gates' own people: no import has them, so the request keeps them whole. */
  readonly own: readonly Policy[];
}

const levelOf = ({ id, message }: ActiveGate, assignments: readonly Assignment[]): LevelPlan => {
  const required = assignments.every(({ type }) => type === "user") ? "all" : "any";
  const quorum = { required, count: null, percent: null } as const;
  const group = { group: kebabCase(id) || "gate", assignments, quorum, message: null };
  return { ...plainLevel(1, id, [group]), message };
};

/** A gate's own people as the policy that they are. No imported policy has a colon in its id, so none is taken for it. */
const ownPolicy = (
  gate: ActiveGate,
  assignments: readonly Assignment[],
  routing: Routing | null,
): Policy => ({
  ...plainPolicy,
  id: `gate:${gate.id}`,
  version: gate.version,
  name: gate.id,
  chain: [levelOf(gate, assignments)],
  escalation: routing?.ladder ?? [],
});

type Found = { readonly policy: Policy; readonly isOwn: boolean } | { readonly refusal: Refusal };

const named = (name: string, { id }: FiredGate, definition: DefinitionState): Found => {
  const found = findPolicy(definition, name);
  if (found.code === "found") return { policy: found.policy, isOwn: false };
  const sentence =
    found.code === "unknown-policy"
      ? `There is no active policy ${name}, which ${id} asks.`
      : `${name}, which ${id} asks, may mean: ${found.candidates.join(", ")}.`;
  return { refusal: refuse(found.code, sentence, { gate: id, policy: name }) };
};

const isRole = (role: string): readonly Assignment[] => [{ type: "role", identifier: role }];

/** A gate's policy, else its people, else the org's default policy, else whoever the org routes to. */
const policyOf = (fired: FiredGate, definition: DefinitionState): Found => {
  const { gate } = fired;
  const { defaults } = definition;
  const routed = defaults.routing === null ? null : routingOf(defaults.routing);
  if (gate !== null) {
    const { policy, approvers, routing } = gate;
    if (policy !== null) return named(policy, fired, definition);
    if (approvers.length > 0) {
      return { policy: ownPolicy(gate, approvers, routing ?? routed), isOwn: true };
    }
    if (routing !== null) {
      return { policy: ownPolicy(gate, isRole(routing.role), routing), isOwn: true };
    }
  }
  if (defaults.policy !== null) return named(defaults.policy, fired, definition);
  if (gate !== null && routed !== null) {
    return { policy: ownPolicy(gate, isRole(routed.role), routed), isOwn: true };
  }
  return {
    refusal: refuse(
      "no-policy",
      `${fired.id} asks for approval and names nobody, and the organisation has no default policy.`,
      { gate: fired.id },
    ),
  };
};

/**
 * Whose levels the gates that fired ask. Refused `no-policy` when one names nobody and the organisation has no default,
 * `unknown-policy` and `ambiguous-policy` when what it names is there no more, or twice.
 */
export const policiesOfGates = (
  fired: readonly FiredGate[],
  definition: DefinitionState,
): GatePolicies | { readonly refusal: Refusal } => {
  const refs: PolicyRef[] = [];
  const policies: Policy[] = [];
  const own: Policy[] = [];
  for (const each of fired) {
    const found = policyOf(each, definition);
    if ("refusal" in found) return found;
    const { policy, isOwn } = found;
    const { id, version } = policy;
    if (policies.some((known) => known.id === id)) continue;
    const timeout =
      each.gate !== null && isLevelsTable(each.gate)
        ? (definition.gates.levels?.timeout ?? null)
        : null;
    const ref = { id, version, gate: each.id };
    refs.push(timeout === null ? ref : { ...ref, pauseAfter: timeout });
    policies.push(policy);
    if (isOwn) own.push(policy);
  }
  return { refs, policies, own };
};
