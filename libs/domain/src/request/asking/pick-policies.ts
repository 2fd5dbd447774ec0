import type { DefinitionState } from "../../definition/definition.ts";
import { findPolicy } from "../../definition/find.ts";
import type { FiredGate } from "../../gate/evaluate-gates.ts";
import { policiesOfGates, type GatePolicies } from "../../gate/policies-of-gates.ts";
import { plainLevel } from "../../policy/plain.ts";
import type { LevelPlan, Policy, Target } from "../../policy/policy.ts";
import type { Ask } from "../commands.ts";
import { refuseField, type Refusal } from "../refusals.ts";

/**
 * Where a request's chain comes from: the policies of the gates that fired and then the one it names, or the asker's
 * proposal of approvers. `refs` stand beside `policies`, one for each; `own` are those that gates brought along.
 */
export type Picked = Pick<GatePolicies, "refs" | "own"> &
  (
    | { readonly policies: readonly Policy[]; readonly inlineChain: null }
    | { readonly policies: readonly []; readonly inlineChain: readonly LevelPlan[] }
  );

const none = [] as const;

const ofGates = ({ refs, policies, own }: GatePolicies): Picked => ({
  refs,
  policies,
  own,
  inlineChain: null,
});

const inlineLevel = (approvers: readonly Target[]): LevelPlan =>
  plainLevel(1, "Level 1", [
    {
      group: "level-1",
      assignments: approvers,
      quorum: { required: "any", count: null, percent: null },
      message: null,
    },
  ]);

/** The same policy is asked once, at the place of its gate. */
const withNamed = (policy: Policy, gates: GatePolicies | null): Picked => {
  const { id, version } = policy;
  if (gates?.policies.some((known) => known.id === id) === true) return ofGates(gates);
  const ref = { id, version, gate: null };
  return {
    policies: gates === null ? [policy] : [...gates.policies, policy],
    refs: gates === null ? [ref] : [...gates.refs, ref],
    own: gates?.own ?? none,
    inlineChain: null,
  };
};

/**
 * The policies of the gates that fired and the one that the ask names; where no gate fired, that one, else the inline
 * approvers, else the org's default. A gate replaces inline approvers and the default. Refused `policy-and-approvers`
 * when it names both, `unknown-policy`, `ambiguous-policy` with the
 * candidates, and `no-policy` when there is nothing to fall back to.
 */
export const pickPolicies = (
  { policy: named, approvers }: Pick<Ask, "policy" | "approvers">,
  definition: DefinitionState,
  fired: readonly FiredGate[] = none,
): Picked | { readonly refusal: Refusal } => {
  if (approvers !== null) {
    if (named !== null) {
      return {
        refusal: refuseField(
          "policy-and-approvers",
          "approvers",
          "An ask names a policy or its approvers, not both.",
        ),
      };
    }
  }
  const gates = fired.length === 0 ? null : policiesOfGates(fired, definition);
  if (gates !== null && "refusal" in gates) return gates;
  if (gates !== null && named === null) return ofGates(gates);
  if (approvers !== null) {
    return { policies: none, refs: none, own: none, inlineChain: [inlineLevel(approvers)] };
  }
  const id = named ?? definition.defaults.policy;
  if (id === null) {
    return {
      refusal: refuseField(
        "no-policy",
        "policy",
        "The ask names no policy and no approvers, and the organisation has no default policy.",
      ),
    };
  }
  const found = findPolicy(definition, id);
  switch (found.code) {
    case "found":
      return withNamed(found.policy, gates);
    case "unknown-policy":
      return {
        refusal: refuseField("unknown-policy", "policy", `There is no active policy ${id}.`, {
          policy: id,
        }),
      };
    case "ambiguous-policy": {
      const { candidates } = found;
      return {
        refusal: refuseField(
          "ambiguous-policy",
          "policy",
          `${id} may mean: ${candidates.join(", ")}.`,
          {
            policy: id,
            candidates,
          },
        ),
      };
    }
  }
};
