import type { Defaults } from "../../definition/definition.ts";
import type { LadderAction, LadderStep, LevelPlan, OnTimeout } from "../../policy/policy.ts";
import type { Chain } from "../levels/chain.ts";
import type { TimerKind } from "./events.ts";
import { ladderOfRouting } from "./routing.ts";
import type { LadderPlan } from "./timers.ts";

const none: readonly LadderStep[] = [];

interface Written {
  /** The policies' ladders beside their chains, joined in chain order: each counts from the creation. */
  readonly chain: readonly LadderStep[];
  readonly anyLevel: boolean;
  readonly anyMark: boolean;
}

const known = new WeakMap<Chain, Written>();

const writtenIn = (chain: Chain): Written => {
  const found = known.get(chain);
  if (found !== undefined) return found;
  const ladders = chain.policies.flatMap(({ escalation }) => escalation);
  const made: Written = {
    chain: ladders.length === 0 ? none : ladders,
    anyLevel: chain.levels.some(({ escalation }) => escalation.length > 0),
    anyMark: chain.levels.some(({ timeout }) => timeout !== null),
  };
  known.set(chain, made);
  return made;
};

/** True where nothing of a chain ever comes due but its expiry: nearly every request, and nothing is made for it. */
export const isTimeless = (chain: Chain, { routing }: Defaults): boolean => {
  const written = writtenIn(chain);
  return routing === null && written.chain.length === 0 && !written.anyLevel && !written.anyMark;
};

/**
 * The ladder beside a chain, and whether its policies have it. The org's routing stands in where neither the chain nor
 * any of its levels has a ladder.
 */
export const ladderBeside = (
  chain: Chain,
  { routing }: Defaults,
): { readonly steps: readonly LadderStep[]; readonly isPinned: boolean } => {
  const written = writtenIn(chain);
  if (written.chain.length > 0 || written.anyLevel || routing === null) {
    return { steps: written.chain, isPinned: true };
  }
  return { steps: ladderOfRouting(routing), isPinned: false };
};

/** The steps that a plan was made from: its own, else those of the pinned policies. */
export const stepsOf = (plan: LadderPlan, chain: Chain): readonly LadderStep[] =>
  plan.ladder ??
  (plan.level === null
    ? writtenIn(chain).chain
    : (chain.levels[plan.level - 1]?.escalation ?? none));

/**
 * What a level's due mark does: as written; else the request expires where neither the level nor the chain has a
 * ladder, and otherwise it is only recorded.
 */
export const onTimeoutOf = (
  { onTimeout, escalation }: LevelPlan,
  plans: readonly LadderPlan[],
  chain: Chain,
): OnTimeout | null => {
  if (onTimeout !== null) return onTimeout;
  const beside = plans.find(({ level }) => level === null)?.ladder ?? writtenIn(chain).chain;
  return escalation.length === 0 && beside.length === 0 ? "expire" : null;
};

/** The kind of timer that a step becomes. */
export const kindOf = (action: LadderAction): TimerKind =>
  action === "notify_executive" ? "notify" : action;
