import { basisOf, type LogEntry } from "./log-entry.ts";
import type { PinnedLevel } from "./pinned-chain.ts";
import type { RequestStory } from "./request-story.ts";

/**
 * True when a timer may approve here: policy and org both allow it, a step says so, no gate had asked for a decision,
 * and nobody's deny stands.
 */
export const timerMayApprove = (
  entry: LogEntry,
  story: RequestStory,
  level: PinnedLevel | null,
): boolean => {
  const { submitted, chain, org } = story;
  if (submitted === null || chain === null || submitted.escalated || chain.policies.length === 0) {
    return false;
  }
  const defaults = org.definitions.defaultsAt(basisOf(entry)?.definition ?? -1);
  const allowed =
    defaults.autoApprove === "allow" &&
    chain.policies.every(({ autoApprove }) => autoApprove === "allow");
  const steps = [
    ...(level?.plan.escalation ?? []),
    ...chain.policies.flatMap(({ escalation }) => escalation),
  ];
  const written =
    steps.some(({ action }) => action === "auto_approve") || level?.plan.onTimeout === "approve";
  const denied = [...story.levels.values()].some(
    ({ status, votes }) =>
      status === "open" && [...votes.values()].some(({ vote }) => vote.decision === "deny"),
  );
  return allowed && written && !denied;
};
