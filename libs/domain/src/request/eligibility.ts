import type { Reference } from "../reference.ts";
import { chainOf } from "./chain.ts";
import { verdictOn } from "./open-levels.ts";
import { recordGroups, rosterOf, type Roster } from "./slots.ts";
import type { GroupState, KnownRequest, LevelState } from "./state.ts";

/** A right under which a person may answer: whose slot it is, and the delegation that lends it (null for one's own). */
export interface Hat {
  readonly approver: string;
  readonly delegationId: string | null;
}

/** The hats a person may wear in these groups, the one to take first in front. None: not an approver there. */
export const hatsIn = (
  groups: readonly GroupState[],
  person: string,
  roster: Roster,
): readonly Hat[] =>
  groups.some((group) => roster.holds(group, person))
    ? [{ approver: person, delegationId: null }]
    : [];

/** Where a person stands in the whole chain. */
export interface Places {
  /** The last level, resolved by people, at which the person might answer or did. */
  readonly resolved: LevelState | undefined;
  /** True for an approver of a level that is not open yet, by today's people. */
  readonly waiting: boolean;
}

const hadASlot = (level: LevelState, person: string, roster: Roster): boolean =>
  level.votes.some(({ votedBy }) => votedBy === person) ||
  hatsIn(level.groups, person, roster).length > 0 ||
  level.groups.some(
    ({ closedPool, voided }) =>
      !voided.includes(person) && closedPool?.some(({ approver }) => approver === person) === true,
  );

/** Levels besides the open one at which a person is an approver; only asked when the person is none at the open one. */
export const placesOf = (
  state: KnownRequest,
  person: string,
  roster: Roster,
  reference: Reference,
): Places => {
  const resolved = state.levels.findLast(
    (level) =>
      (level.status === "approved" || level.status === "denied") && hadASlot(level, person, roster),
  );
  const chain = chainOf(state.submitted, reference.definition);
  const isOver = (number: number): boolean => {
    const status = state.levels[number - 1]?.status;
    return status !== undefined && status !== "skipped";
  };
  const waiting = chain.levels.some(
    (plan) =>
      !isOver(plan.number) &&
      hatsIn(recordGroups(plan, state, reference), person, roster).length > 0,
  );
  return { resolved, waiting };
};

/**
 * True when separation of duties is the only thing that keeps the person from a slot: asked as if it did not apply,
 * so that whoever has no business here is told `not-an-approver` and learns nothing else.
 */
export const wouldHold = (state: KnownRequest, person: string, reference: Reference): boolean => {
  const lenient = { ...state, submitted: { ...state.submitted, selfApproval: true } };
  const roster = rosterOf(lenient.submitted, reference);
  return chainOf(state.submitted, reference.definition).levels.some(
    (plan) =>
      verdictOn(plan, state, reference)?.value !== false &&
      hatsIn(recordGroups(plan, lenient, reference), person, roster).length > 0,
  );
};
