import type { LevelPlan } from "../../policy/policy.ts";
import { groupPlan } from "./chain.ts";
import { approversAmong } from "../people/deciders.ts";
import { canFill } from "./matching.ts";
import { countsOnce, type Standing } from "./quorum.ts";
import { neededNow, type Holders } from "../people/slots.ts";
import type { GroupState } from "../state.ts";

/** Why a level cannot be decided by the people there are. */
export interface Gap {
  /** `empty`: nobody at all in a group. `short`: fewer than its quorum. `voted`: everybody voted, and it is not resolved. */
  readonly kind: "empty" | "short" | "voted";
  /** Groups that lack people. */
  readonly groups: readonly string[];
  readonly reason: string;
}

const namesOf = (plan: LevelPlan, index: number): string =>
  groupPlan(plan, index)
    .assignments.map(({ type, identifier }) => `${type} ${identifier}`)
    .join(", ");

const sentence = (plan: LevelPlan, index: number, needed: number, people: number): string =>
  people === 0
    ? `Nobody can answer for group ${groupPlan(plan, index).group} of level ${plan.number} (${namesOf(plan, index)}).`
    : `Group ${groupPlan(plan, index).group} of level ${plan.number} wants ${needed} approvals and ${people} can be given (${namesOf(plan, index)}).`;

/**
 * What people the level lacks, votes aside; null when it can be approved. An OR level needs one group that can reach
 * its quorum, an AND level all of them together, each person in one group only.
 */
export const gapOf = (
  plan: LevelPlan,
  groups: readonly GroupState[],
  roster: Holders,
): Gap | null => {
  const wanted = groups.map((group, index) => ({
    index,
    group: group.group,
    needed: neededNow(plan, index, group),
    people: approversAmong(roster.holders(group), groupPlan(plan, index).quorum),
  }));
  const lacking = wanted.filter(({ needed, people }) => people.length < needed);
  const [first] = lacking;
  if (first === undefined) {
    if (!countsOnce(plan)) return null;
    const needs = wanted.map(({ needed }) => needed);
    const peopleOf = wanted.map(({ people }) => people.map(({ approver }) => approver));
    if (canFill(needs, peopleOf)) return null;
    return {
      kind: "short",
      groups: groups.map(({ group }) => group),
      reason: `The groups of level ${plan.number} share people, and each person counts in one group only: together they cannot reach their quorums.`,
    };
  }
  if (plan.logic === "OR" && lacking.length < groups.length) return null;
  const short = lacking.find(({ people }) => people.length > 0);
  const { index, needed, people } = short ?? first;
  return {
    kind: short === undefined ? "empty" : "short",
    groups: lacking.map(({ group }) => group),
    reason: sentence(plan, index, needed, people.length),
  };
};

/**
 * Why an open level waits for people: it lacks some, or everybody who may answer has voted and it is not resolved
 * (which only happens when people left, because leaving never resolves a level).
 */
export const blockageOf = (
  plan: LevelPlan,
  groups: readonly GroupState[],
  standing: Standing,
  roster: Holders,
): Gap | null => {
  const gap = gapOf(plan, groups, roster);
  if (gap !== null) return gap;
  const unanswered = groups.some((group, index) => {
    const counted = standing.groups[index];
    if (counted === undefined || counted.denied) return false;
    // An agent's deny is nobody's answer where heads are counted: everybody there may still approve.
    return approversAmong(roster.holders(group), groupPlan(plan, index).quorum).some(
      ({ approver }) =>
        !counted.approvals.includes(approver) && !counted.denials.includes(approver),
    );
  });
  return unanswered
    ? null
    : {
        kind: "voted",
        groups: groups.map(({ group }) => group),
        reason: `Everybody who may answer at level ${plan.number} has voted, and it is not resolved.`,
      };
};
