import type { AutomationRun } from "../../automation/automation.ts";
import type { ChainChange } from "../../automation/recipe.ts";
import { plainMs } from "../../policy/duration.ts";
import type { GroupPlan, LevelPlan, Target } from "../../policy/policy.ts";
import type { Reference } from "../../reference.ts";
import { chainOf, type Chain } from "../levels/chain.ts";
import type { AddedApprovers, ShortenedTimer } from "../change-events.ts";
import { openLevelOf } from "../ending/ending.ts";
import { unknownTarget } from "../asking/named-people.ts";
import type { PendingRequest } from "../state.ts";

/** What a run wants of one request, as far as its chain has room for it. */
export interface Wanted {
  readonly skipLevels: readonly number[];
  readonly addApprovers: readonly AddedApprovers[];
  readonly shorten: readonly ShortenedTimer[];
  /** Those of `shorten` after which the request would approve itself earlier. */
  readonly earlier: readonly ShortenedTimer[];
  /** Who gets the open slots. */
  readonly reassignTo: readonly Target[];
  readonly reason: string | null;
}

type Unknown = { readonly reason: string; readonly targets: readonly Target[] } | null;

/** Levels that are not reached yet and may be skipped: a recipe is written for many chains, and asks of each what it has. */
const skippable = (
  state: PendingRequest,
  { levels }: Chain,
  numbers: readonly number[],
): readonly number[] =>
  [...new Set(numbers)].filter((number) => {
    const plan = levels[number - 1];
    return plan !== undefined && !plan.unskippable && state.levels[number - 1] === undefined;
  });

const shorter = (
  state: PendingRequest,
  { levels }: Chain,
  { level, after }: Extract<ChainChange, { kind: "reduce-timeout" }>,
): readonly ShortenedTimer[] =>
  levels.flatMap((plan) => {
    const isMeant = level === null || plan.number === level;
    const written = plan.timeout === null ? null : plainMs(plan.timeout);
    const wanted = plainMs(after);
    if (!isMeant || state.levels[plan.number - 1]?.status === "approved") return [];
    return written === null || wanted === null || wanted >= written
      ? []
      : [{ level: plan.number, step: null, after }];
  });

/** The groups meant: the one named, else the only one, else those in which anybody may answer for the others. */
const groupsMeant = ({ groups }: LevelPlan, group: string | null): readonly GroupPlan[] => {
  if (group !== null) return groups.filter((each) => each.group === group);
  const pools = groups.filter(
    ({ quorum: { required } }) => required === "any" || required === "threshold",
  );
  return pools.length > 0 ? pools : groups.slice(0, 1);
};

/** Approvers who are not there already, by group; none where there is no such level or group to come. */
const additions = (
  state: PendingRequest,
  { levels }: Chain,
  { level, group, approvers }: Omit<Extract<ChainChange, { kind: "add-approvers" }>, "kind">,
): readonly AddedApprovers[] => {
  const number = level ?? openLevelOf(state)?.number;
  if (number === undefined) return [];
  const plan = levels[number - 1];
  const status = state.levels[number - 1]?.status;
  if (plan === undefined || status === "approved" || status === "skipped") return [];
  return groupsMeant(plan, group)
    .map(({ group: name, assignments }) => ({
      level: plan.number,
      group: name,
      approvers: approvers.filter(
        ({ type, identifier }) =>
          !assignments.some((each) => each.type === type && each.identifier === identifier),
      ),
    }))
    .filter((added) => added.approvers.length > 0);
};

/** True when this level's time-out approves it. */
const approvesItself = ({ levels }: Chain, { level }: ShortenedTimer): boolean =>
  levels[level - 1]?.onTimeout === "approve";

/** Reads the amendments out of a run's actions for one request. Who the directory does not know is left out, and said. */
export const wantedOf = (
  state: PendingRequest,
  { actions }: AutomationRun,
  reference: Reference,
): { readonly wanted: Wanted; readonly unknown: Unknown } => {
  const chain = chainOf(state, reference.definition);
  const skipLevels: number[] = [];
  const addApprovers: AddedApprovers[] = [];
  const shorten: ShortenedTimer[] = [];
  const reassignTo: Target[] = [];
  const strangers: Target[] = [];
  let reason: string | null = null;
  const known = (targets: readonly Target[]): readonly Target[] =>
    targets.filter((target) => {
      const isKnown = unknownTarget([target], state, reference) === null;
      if (!isKnown) strangers.push(target);
      return isKnown;
    });
  const change = (each: ChainChange): void => {
    if (each.kind === "skip-levels") skipLevels.push(...skippable(state, chain, each.levels));
    else if (each.kind === "reduce-timeout") shorten.push(...shorter(state, chain, each));
    else
      addApprovers.push(...additions(state, chain, { ...each, approvers: known(each.approvers) }));
  };
  for (const action of actions) {
    if (action.type === "escalate_approval") {
      const { level, approvers } = action;
      reason ??= action.reason;
      change({ kind: "add-approvers", level, group: null, approvers });
    } else if (action.type === "modify_approval_chain") action.changes.forEach(change);
    else if (action.type === "reassign") {
      reason ??= action.reason;
      reassignTo.push(...known(action.to));
    }
  }
  const earlier = shorten.filter((timer) => approvesItself(chain, timer));
  const names = strangers.map(({ type, identifier }) => `${type} ${identifier}`).join(", ");
  return {
    wanted: { skipLevels, addApprovers, shorten, earlier, reassignTo, reason },
    unknown:
      strangers.length === 0
        ? null
        : { reason: `The directory does not know ${names}.`, targets: strangers },
  };
};
