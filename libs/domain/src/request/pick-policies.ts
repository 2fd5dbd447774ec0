import type { DefinitionState } from "../definition/definition.ts";
import { findPolicy } from "../definition/find.ts";
import type { LevelPlan, Policy, Target } from "../policy/policy.ts";
import type { Ask } from "./commands.ts";
import { refuseField, type Refusal } from "./refusals.ts";

/** Where a request's chain comes from: one policy, or the asker's proposal of approvers. */
export type Picked =
  | { readonly policies: readonly Policy[]; readonly inlineChain: null }
  | { readonly policies: readonly []; readonly inlineChain: readonly LevelPlan[] };

const inlineLevel = (approvers: readonly Target[]): LevelPlan => ({
  number: 1,
  name: "Level 1",
  message: null,
  groups: [
    {
      group: "level-1",
      assignments: approvers,
      quorum: { required: "any", count: null, percent: null },
      message: null,
    },
  ],
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
});

/**
 * The policy that the ask names, else its inline approvers, else the org's default. Refused `policy-and-approvers`
 * when it names both, `unknown-policy`, `ambiguous-policy` with the
 * candidates, and `no-policy` when there is nothing to fall back to.
 */
export const pickPolicies = (
  { policy: named, approvers }: Pick<Ask, "policy" | "approvers">,
  definition: DefinitionState,
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
    return { policies: [], inlineChain: [inlineLevel(approvers)] };
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
      return { policies: [found.policy], inlineChain: null };
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
