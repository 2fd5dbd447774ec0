import type { LevelPlan, Policy } from "@countersign/domain/policy/policy.ts";
import type { PolicyRef, SubmittedFields } from "@countersign/domain/request/events.ts";
import type { DefinitionHistory } from "./definition-history.ts";

/** A level with the policy it came from; null for inline approvers. */
export interface PinnedLevel {
  readonly number: number;
  readonly plan: LevelPlan;
  readonly policy: Policy | null;
  /** Opens only when every level that is none was skipped. */
  readonly fallback: boolean;
}

/** What a request's pinned policies say: its levels over all policies, fallbacks last. */
export interface PinnedChain {
  readonly levels: readonly PinnedLevel[];
  readonly policies: readonly Policy[];
}

/** Levels without a due mark pause the caller, where a table of approval levels says after how long. */
const pausing = (plan: LevelPlan, after: string | undefined): LevelPlan =>
  after === undefined || plan.timeout !== null
    ? plan
    : { ...plan, timeout: after, onTimeout: "pause_caller" };

/** Policies as pinned: a gate's own people as the request keeps them, every other one as it was imported. */
const pinnedPolicies = (
  refs: readonly PolicyRef[],
  own: readonly Policy[],
  definitions: DefinitionHistory,
): readonly Policy[] | null => {
  const policies: Policy[] = [];
  for (const { id, version, pauseAfter } of refs) {
    const policy = own.find((each) => each.id === id) ?? definitions.policy(id, version);
    if (policy === undefined) {
      return null;
    }
    policies.push({
      ...policy,
      chain: policy.chain.map((plan) => pausing(plan, pauseAfter)),
      fallback: policy.fallback === null ? null : pausing(policy.fallback, pauseAfter),
    });
  }
  return policies;
};

/** The chain with the levels of gates that fired for an edited payload behind it; null when one was never imported. */
export const withLater = (
  { levels, policies }: PinnedChain,
  refs: readonly PolicyRef[],
  own: readonly Policy[],
  definitions: DefinitionHistory,
): PinnedChain | null => {
  const later = pinnedPolicies(refs, own, definitions);
  const more = later?.flatMap((policy) =>
    policy.chain.map((plan) => ({ plan, policy, fallback: false })),
  );
  return later === null || more === undefined
    ? null
    : {
        levels: [...levels, ...more].map((level, index) => ({ ...level, number: index + 1 })),
        policies: [...policies, ...later],
      };
};

/** The chain of a request; null when it pins a policy version that was never imported. */
export const pinnedChain = (
  submitted: SubmittedFields,
  definitions: DefinitionHistory,
): PinnedChain | null => {
  const policies = pinnedPolicies(submitted.policies, submitted.gatePolicies ?? [], definitions);
  if (policies === null) {
    return null;
  }
  const regular =
    submitted.inlineChain !== null
      ? submitted.inlineChain.map((plan) => ({ plan, policy: null, fallback: false }))
      : policies.flatMap((policy) =>
          policy.chain.map((plan) => ({ plan, policy, fallback: false })),
        );
  const last = submitted.inlineChain !== null ? [] : policies;
  const fallbacks = last.flatMap((policy) =>
    policy.fallback === null ? [] : [{ plan: policy.fallback, policy, fallback: true }],
  );
  const levels = [...regular, ...fallbacks].map((level, index) => ({
    ...level,
    number: index + 1,
  }));
  return { levels, policies };
};
