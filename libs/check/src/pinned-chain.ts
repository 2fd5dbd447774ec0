import type { LevelPlan, Policy } from "@countersign/domain/policy/policy.ts";
import type { SubmittedFields } from "@countersign/domain/request/events.ts";
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

/** The chain of a request; null when it pins a policy version that was never imported. */
export const pinnedChain = (
  submitted: SubmittedFields,
  definitions: DefinitionHistory,
): PinnedChain | null => {
  const policies: Policy[] = [];
  for (const { id, version } of submitted.policies) {
    const policy = definitions.policy(id, version);
    if (policy === undefined) {
      return null;
    }
    policies.push(policy);
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
