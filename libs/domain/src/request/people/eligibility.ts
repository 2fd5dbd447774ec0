import type { Reference } from "../../reference.ts";
import { chainOf } from "../levels/chain.ts";
import { verdictOn } from "../levels/open-levels.ts";
import { hatsIn, policyOfLevel, type LevelSlots } from "./delegates.ts";
import { isSeparated } from "./people.ts";
import { recordGroups, rosterOf, type Roster } from "./slots.ts";
import type { GroupState, KnownRequest, LevelState } from "../state.ts";

/** The slots of one level of a request, for whoever asks who may act on them. */
export const slotsOfLevel = (
  { submitted }: Pick<KnownRequest, "submitted">,
  number: number,
  groups: readonly GroupState[],
  roster: Roster,
  reference: Reference,
): LevelSlots => ({
  groups,
  policy: policyOfLevel(submitted, reference, number),
  roster,
  reference,
});

/** Where a person stands in the whole chain. */
export interface Places {
  /** The last level, resolved by people, at which the person might answer or did. */
  readonly resolved: LevelState | undefined;
  /** True for an approver of a level that is not open yet, by today's people. */
  readonly waiting: boolean;
}

const hadASlot = (level: LevelState, person: string, slots: LevelSlots, now: string): boolean =>
  level.votes.some(({ votedBy }) => votedBy === person) ||
  hatsIn(person, slots, now).length > 0 ||
  level.groups.some(({ closedPool }) => closedPool?.some(({ approver }) => approver === person));

/** Levels besides the open one at which a person is an approver; only asked when the person is none at the open one. */
export const placesOf = (
  state: KnownRequest,
  person: string,
  roster: Roster,
  reference: Reference,
  now: string,
): Places => {
  const slots = (number: number, groups: readonly GroupState[]): LevelSlots =>
    slotsOfLevel(state, number, groups, roster, reference);
  const resolved = state.levels.findLast(
    (level) =>
      (level.status === "approved" || level.status === "denied") &&
      hadASlot(level, person, slots(level.number, level.groups), now),
  );
  const chain = chainOf(state, reference.definition);
  const isOver = (number: number): boolean => {
    const status = state.levels[number - 1]?.status;
    return status !== undefined && status !== "skipped";
  };
  const waiting = chain.levels.some(
    (plan) =>
      !isOver(plan.number) &&
      hatsIn(person, slots(plan.number, recordGroups(plan, state, reference)), now).length > 0,
  );
  return { resolved, waiting };
};

/**
 * True when separation of duties is the only thing that keeps the person from a slot, their own or that of somebody
 * they act for: asked as if it did not apply, so that whoever has no business here is told `not-an-approver` and
 * learns nothing else.
 */
export const isKeptOut = (
  state: KnownRequest,
  person: string,
  reference: Reference,
  now: string,
): boolean => {
  const { submitted } = state;
  const lenient = { ...state, submitted: { ...submitted, selfApproval: true } };
  const roster = rosterOf(lenient.submitted, reference);
  return chainOf(state, reference.definition).levels.some((plan) => {
    if (verdictOn(plan, state, reference)?.value === false) return false;
    const groups = recordGroups(plan, lenient, reference);
    const slots = slotsOfLevel(state, plan.number, groups, roster, reference);
    return hatsIn(person, slots, now).some(
      ({ approver }) => isSeparated(submitted, person) || isSeparated(submitted, approver),
    );
  });
};
