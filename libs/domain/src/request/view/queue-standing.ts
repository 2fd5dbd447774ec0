import type { Reference } from "../../reference.ts";
import { chainOf, levelPlan } from "../levels/chain.ts";
import { isAgentHolder, isNoPerson } from "../people/deciders.ts";
import { openLevelOf } from "../ending/ending.ts";
import { verdictOn } from "../levels/open-levels.ts";
import { judge } from "../levels/quorum.ts";
import { recordGroups, rosterOf } from "../people/slots.ts";
import type { KnownRequest } from "../state.ts";

/** In whose queue a request stands, by the name of who holds the slot, each in one list only. */
export interface QueueStanding {
  /** They hold an open slot. */
  readonly now: readonly string[];
  /** They voted on a level that is still open, or are approvers of one to come (a forecast by today's people). */
  readonly later: readonly string[];
}

const nobody: QueueStanding = { now: [], later: [] };

const standingOf = (
  state: KnownRequest,
  reference: Reference,
  has: (holder: string) => boolean,
): QueueStanding => {
  if (state.status !== "pending") return nobody;
  const { submitted } = state;
  const chain = chainOf(state, reference.definition);
  const roster = rosterOf(submitted, reference);
  const open = openLevelOf(state);
  const now = new Set<string>();
  const later = new Set<string>();
  if (open !== undefined) {
    const plan = levelPlan(chain, open.number);
    const standing = judge(plan, open.groups, open.votes, roster);
    for (const [index, group] of open.groups.entries()) {
      const denied = standing.groups[index]?.denied === true;
      for (const { approver } of roster.holders(group)) {
        if (!has(approver)) continue;
        const voted = open.votes.some((vote) => vote.approver === approver);
        if (voted) later.add(approver);
        else if (!denied) now.add(approver);
      }
    }
  }
  for (const plan of chain.levels.slice(state.levels.length, chain.regular)) {
    if (verdictOn(plan, state, reference)?.value === false) continue;
    for (const group of recordGroups(plan, state, reference)) {
      for (const { approver } of roster.holders(group)) {
        if (has(approver)) later.add(approver);
      }
    }
  }
  return { now: [...now], later: [...later].filter((person) => !now.has(person)) };
};

/** Where a request stands in people's queues, by their ids. Nowhere after its end. */
export const queueStanding = (state: KnownRequest, reference: Reference): QueueStanding =>
  standingOf(state, reference, (holder) => !isNoPerson(holder));

/** Where it stands in the queues of agents that its chain names as deciders, by the name under which they vote. */
export const decidersStanding = (state: KnownRequest, reference: Reference): QueueStanding =>
  chainOf(state, reference.definition).levels.some(({ deciders }) => deciders.length > 0)
    ? standingOf(state, reference, isAgentHolder)
    : nobody;
