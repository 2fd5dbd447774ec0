import { basisOf, type LogEntry } from "./log-entry.ts";
import type { PinnedChain, PinnedLevel } from "./pinned-chain.ts";
import type { RequestStory } from "./request-story.ts";

/** The lowest ceiling of the policies; an advisor's score above it, or none at all, lets no timer approve. */
const isTooRisky = (
  { policies }: PinnedChain,
  risk: Readonly<Record<string, unknown>>,
): boolean => {
  const ceiling = Math.min(1, ...policies.map(({ riskCeiling }) => riskCeiling));
  if (ceiling >= 1) {
    return false;
  }
  const { advisor_score: advisors, score } = risk;
  return (
    typeof advisors !== "number" ||
    advisors > ceiling ||
    (typeof score === "number" && score > ceiling)
  );
};

/**
 * True when a timer may approve here: policy and org both allowed it at creation and the org does now, a step or due
 * mark says so, no gate had asked for a decision, the risk is known and low enough, and nobody's deny stands.
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
    submitted.autoApprove === true &&
    chain.policies.every(({ autoApprove }) => autoApprove === "allow");
  const levels = level === null ? chain.levels : [level];
  const steps = [
    ...levels.flatMap(({ plan }) => plan.escalation),
    ...chain.policies.flatMap(({ escalation }) => escalation),
  ];
  const written =
    steps.some(({ action }) => action === "auto_approve") ||
    levels.some(({ plan }) => plan.onTimeout === "approve");
  const denied = [...story.levels.values()].some(
    ({ status, votes }) =>
      status === "open" && [...votes.values()].some(({ vote }) => vote.decision === "deny"),
  );
  return allowed && written && !denied && !isTooRisky(chain, submitted.riskSnapshot);
};
