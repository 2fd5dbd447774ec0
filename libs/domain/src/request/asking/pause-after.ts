import type { Duration, LevelPlan, Policy } from "../../policy/policy.ts";

const paused = (level: LevelPlan, after: Duration): LevelPlan =>
  level.timeout === null ? { ...level, timeout: after, onTimeout: "pause_caller" } : level;

const known = new WeakMap<Policy, Map<Duration, Policy>>();

/**
 * A policy whose levels pause the caller after a time, where they have no due mark of their own: what a table of
 * approval levels adds to the policy that its questions go to. The same object for the same policy and time.
 */
export const pausingAfter = (policy: Policy, after: Duration): Policy => {
  let made = known.get(policy);
  if (made === undefined) known.set(policy, (made = new Map<Duration, Policy>()));
  const found = made.get(after);
  if (found !== undefined) return found;
  const { chain, fallback } = policy;
  const pausing: Policy = {
    ...policy,
    chain: chain.map((level) => paused(level, after)),
    fallback: fallback === null ? null : paused(fallback, after),
  };
  made.set(after, pausing);
  return pausing;
};
