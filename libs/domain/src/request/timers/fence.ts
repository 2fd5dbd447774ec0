import type { LadderAction } from "../../policy/policy.ts";
import type { Reference } from "../../reference.ts";
import { chainOf, levelPlan, type Chain } from "../levels/chain.ts";
import { openLevelOf } from "../ending/ending.ts";
import { blockageOf } from "../levels/gap.ts";
import { judge } from "../levels/quorum.ts";
import { rosterOf } from "../people/slots.ts";
import type { KnownRequest, PendingRequest } from "../state.ts";
import type { SuppressedCode } from "./events.ts";
import { stepsOf } from "./ladders.ts";
import { inOrder, type OpenTimer } from "./open.ts";

/** Why a timer does nothing. */
export interface Suppressed {
  readonly code: SuppressedCode;
  readonly reason: string;
}

const because = (code: SuppressedCode, reason: string): Suppressed => ({ code, reason });

const notices: ReadonlySet<LadderAction> = new Set<LadderAction>([
  "reminder",
  "escalate",
  "reassign",
  "notify_executive",
]);

/** True when every notice of the same ladder that came before this timer stands recorded. */
const wereTold = (timer: OpenTimer, chain: Chain): boolean => {
  const { plan } = timer;
  return stepsOf(plan, chain).every(({ action }, index) => {
    if (!notices.has(action)) return true;
    const outcome = plan.past.get(index + 1);
    if (outcome !== undefined) return outcome === "done" || outcome === "collapsed";
    const planned = plan.timers.find(({ step }) => step === index + 1);
    return planned === undefined || inOrder({ ...planned, plan }, timer) > 0;
  });
};

/** The risk that counts for an automatic approval: the advisor's score, which the asker's own can only raise. */
const riskOf = ({ submitted: { riskSnapshot } }: KnownRequest): number => {
  const { advisor_score: advisors, score } = riskSnapshot;
  if (typeof advisors !== "number") return Infinity;
  return typeof score === "number" ? Math.max(score, advisors) : advisors;
};

const isAbove = (state: KnownRequest, { policies }: Chain): boolean => {
  const ceiling = policies.reduce((lowest, each) => Math.min(lowest, each.riskCeiling), 1);
  // No score lies above 1: who writes this ceiling wants none.
  return ceiling < 1 && riskOf(state) > ceiling;
};

/** What holds for as long as the request does, whatever people do: off, asked for by a gate, too risky. */
const standingFence = (
  state: KnownRequest,
  chain: Chain,
  { definition }: Reference,
): Suppressed | null => {
  const { submitted } = state;
  if (submitted.escalated) {
    return because("created-by-escalate", "A gate asked for a decision of people.");
  }
  // At creation both had to allow it, and the org may have forbidden it since.
  if (submitted.autoApprove !== true || definition.defaults.autoApprove !== "allow") {
    return because("auto-approve-off", "Policy and organisation do not both allow it.");
  }
  return isAbove(state, chain)
    ? because("above-risk-ceiling", "The risk is above the policy's ceiling, or not known.")
    : null;
};

/**
 * Why an approval by this timer may not be: its fences. Null when policy and org allowed it when the request was made
 * and do now, no gate asked, no deny stands, the risk is known to be low enough, the level can be decided by people,
 * and every notice before it was given.
 */
export const approvalFence = (
  state: PendingRequest,
  timer: OpenTimer,
  reference: Reference,
): Suppressed | null => {
  const chain = chainOf(state, reference.definition);
  const standing = standingFence(state, chain, reference);
  if (standing !== null) return standing;
  const open = openLevelOf(state);
  if (open === undefined) return because("blocked", "No level is open that people could decide.");
  if (open.votes.some(({ decision }) => decision === "deny")) {
    return because("deny-stands", "Somebody denied it, and the deny stands.");
  }
  const plan = levelPlan(chain, open.number);
  const roster = rosterOf(state.submitted, reference);
  const judged = judge(plan, open.groups, open.votes, roster);
  if (blockageOf(plan, open.groups, judged, roster) !== null) {
    return because("blocked", "Nobody can decide the level: that is never an approval.");
  }
  return wereTold(timer, chain)
    ? null
    : because("notices-missing", "A notice before it was not given to anybody.");
};

/** The part of the fences that can be foreseen, for what is shown of the future. */
export const foreseenFence = (state: KnownRequest, reference: Reference): Suppressed | null =>
  standingFence(state, chainOf(state, reference.definition), reference);
