import type { LevelPlan, Quorum } from "../../policy/policy.ts";
import { groupPlan } from "./chain.ts";
import { approversAmong, countsHeads, headsIn } from "../people/deciders.ts";
import { canFill, matchVoters } from "./matching.ts";
import { isAlternate, neededNow, type Holders } from "../people/slots.ts";
import type { GroupState, Vote } from "../state.ts";

/** How a group stands, counting only votes of people who may answer in it today. */
export interface GroupStanding {
  readonly group: string;
  readonly needed: number;
  /** Approvers whose approval counts here, in the order of the votes. */
  readonly approvals: readonly string[];
  readonly denials: readonly string[];
  readonly denied: boolean;
}

export interface Standing {
  readonly outcome: "open" | "approved" | "denied";
  /** The group whose denial denied the level. */
  readonly deniedGroup: string | null;
  readonly groups: readonly GroupStanding[];
}

/** True when one person may stand for one group only: AND between several groups, unless the policy lifts it. */
export const countsOnce = (plan: LevelPlan): boolean =>
  plan.distinctApprovers && plan.logic === "AND" && plan.groups.length > 1;

/** Whose approvals a group's quorum may be reached with, votes aside. */
const counting = (group: GroupState, quorum: Quorum, roster: Holders): readonly string[] => {
  const able = approversAmong(roster.holders(group), quorum).map((slot) => slot.approver);
  // Alternates answer for slots and add none, unless nobody is left whose slot it was.
  const own = able.filter((person) => !isAlternate(group, person));
  return own.length === 0 ? able : own;
};

/** True for an agent's vote where heads are counted: it stands for none of them. */
const isNoHead = (approver: string, quorum: Quorum): boolean =>
  approver.startsWith("agent ") && countsHeads(quorum);

/** `unreachable`: the people who did not deny are too few, while everybody together would have been enough. */
const isOutOfReach = (
  group: GroupState,
  quorum: Quorum,
  denials: readonly string[],
  needed: number,
  roster: Holders,
): boolean => {
  const people = counting(group, quorum, roster);
  const left = people.filter((person) => !denials.includes(person)).length;
  const gone = denials.filter((approver) => !isNoHead(approver, quorum)).length;
  return left < needed && left + gone >= needed;
};

/**
 * Approvals where alternates answer: each of them stands for one slot that nobody has answered, so that together they
 * are never more than the slots. A group that lost everybody has the one approval to give that it always wants.
 */
const withinSlots = (
  group: GroupState,
  approvals: readonly string[],
  denials: readonly string[],
): readonly string[] => {
  if (group.alternates === undefined) return approvals;
  const isOwn = (approver: string): boolean => !isAlternate(group, approver);
  const answered = approvals.filter(isOwn).length + denials.filter(isOwn).length;
  let free = Math.max(1, headsIn(group)) - answered;
  return approvals.filter((approver) => isOwn(approver) || free-- > 0);
};

const standingOf = (
  plan: LevelPlan,
  index: number,
  group: GroupState,
  votes: readonly Vote[],
  roster: Holders,
): GroupStanding => {
  const approvals: string[] = [];
  const denials: string[] = [];
  const { quorum } = groupPlan(plan, index);
  for (const { approver, decision } of votes) {
    // Where heads are counted an agent fills no place; its deny is a veto like anybody's.
    if (decision === "approve" && isNoHead(approver, quorum)) continue;
    if (roster.holds(group, approver)) {
      (decision === "approve" ? approvals : denials).push(approver);
    }
  }
  const needed = neededNow(plan, index, group);
  const denied =
    denials.length > 0 &&
    (plan.onDeny === "veto" ||
      quorum.required === "all" ||
      isOutOfReach(group, quorum, denials, needed, roster));
  const counted = withinSlots(group, approvals, denials);
  return { group: group.group, needed, approvals: counted, denials, denied };
};

const allMet = (plan: LevelPlan, groups: readonly GroupStanding[]): boolean =>
  groups.every(({ approvals, needed }) => approvals.length >= needed) &&
  (!countsOnce(plan) ||
    canFill(
      groups.map(({ needed }) => needed),
      groups.map(({ approvals }) => approvals),
    ));

/** Groups that share people can be out of reach together while each alone is not. */
const firstJointDenial = (
  plan: LevelPlan,
  records: readonly GroupState[],
  groups: readonly GroupStanding[],
  roster: Holders,
): string | null => {
  const denier = groups.find(({ denials }) => denials.length > 0);
  if (denier === undefined || !countsOnce(plan)) return null;
  const needs = groups.map(({ needed }) => needed);
  const everybody = records.map((group, index) =>
    counting(group, groupPlan(plan, index).quorum, roster),
  );
  const denied = new Set(groups.flatMap(({ denials }) => denials));
  const left = everybody.map((people) => people.filter((person) => !denied.has(person)));
  return canFill(needs, everybody) && !canFill(needs, left) ? denier.group : null;
};

/**
 * Judges a level by the votes that stand and the people of the day. Pure arithmetic: whether the answer may resolve
 * the level is for the caller to know, because people who leave never resolve one.
 */
export const judge = (
  plan: LevelPlan,
  records: readonly GroupState[],
  votes: readonly Vote[],
  roster: Holders,
): Standing => {
  const groups = records.map((group, index) => standingOf(plan, index, group, votes, roster));
  if (plan.logic === "OR") {
    const [first] = groups;
    if (first !== undefined && groups.every(({ denied }) => denied)) {
      return { outcome: "denied", deniedGroup: first.group, groups };
    }
    const met = groups.some(
      ({ approvals, needed, denied }) => !denied && approvals.length >= needed,
    );
    return { outcome: met ? "approved" : "open", deniedGroup: null, groups };
  }
  const denied =
    groups.find((group) => group.denied)?.group ?? firstJointDenial(plan, records, groups, roster);
  if (denied !== null) return { outcome: "denied", deniedGroup: denied, groups };
  return { outcome: allMet(plan, groups) ? "approved" : "open", deniedGroup: null, groups };
};

/**
 * Whose approvals are counted in which group (same order as `groups`): the matched ones where a person counts once,
 * the first `needed` of a single group, and every approval where a vote counts in each group.
 */
export const countedApprovals = (
  plan: LevelPlan,
  groups: readonly GroupStanding[],
): readonly (readonly string[])[] => {
  if (groups.length === 1) {
    return groups.map(({ approvals, needed }) => approvals.slice(0, needed));
  }
  if (!countsOnce(plan)) return groups.map(({ approvals }) => approvals);
  const voters = [...new Set(groups.flatMap(({ approvals }) => approvals))];
  const memberships = voters.map((voter) =>
    groups.flatMap(({ approvals }, index) => (approvals.includes(voter) ? [index] : [])),
  );
  const held = matchVoters(
    groups.map(({ needed }) => needed),
    memberships,
  );
  return held.map((members) => members.map((index) => voters[index] ?? ""));
};
