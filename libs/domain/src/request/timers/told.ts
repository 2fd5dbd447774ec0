import type { Target } from "../../policy/policy.ts";
import type { Reference } from "../../reference.ts";
import { isActiveDelegation } from "../../delegation/lookups.ts";
import { approversOf } from "../../directory/lookups.ts";
import { chainOf, levelPlan } from "../levels/chain.ts";
import { isNoPerson } from "../people/deciders.ts";
import { handOversOf, type LevelSlots, type Path } from "../people/delegates.ts";
import { slotsOfLevel } from "../people/eligibility.ts";
import { openLevelOf } from "../ending/ending.ts";
import type { SubmittedFields } from "../events.ts";
import { mayHold, resolvePerson } from "../people/people.ts";
import { judge } from "../levels/quorum.ts";
import { rosterOf } from "../people/slots.ts";
import type { Frozen, KnownRequest } from "../state.ts";

/** True for who asked and for the owner of the asking agent, whom no timer calls upon, `self_approval` or not. */
export const isAskers = ({ requester }: SubmittedFields, person: string): boolean =>
  requester.owner === person || (requester.kind === "person" && requester.id === person);

/**
 * Who is at the end of every way by which an owner has handed the slot over at `now`, and so may act on it; the owner
 * where there is none.
 */
const endsOf = (path: Path, slots: LevelSlots, now: string): readonly string[] => {
  const person = path.links[0]?.to ?? path.owner;
  const links = handOversOf(path, person, slots).filter((link) => isActiveDelegation(link, now));
  return links.length === 0
    ? [person]
    : links.flatMap((link) => endsOf({ ...path, links: [link, ...path.links] }, slots, now));
};

/**
 * People who still have an open slot at the open level. `now` is given where they are told: then it is those who may
 * act at that moment.
 */
export const stillAsked = (
  state: KnownRequest,
  reference: Reference,
  now: string | null = null,
): readonly string[] => {
  const open = openLevelOf(state);
  if (open === undefined) return [];
  const plan = levelPlan(chainOf(state, reference.definition), open.number);
  const roster = rosterOf(state.submitted, reference);
  const standing = judge(plan, open.groups, open.votes, roster);
  const told = new Set<string>();
  for (const [index, group] of open.groups.entries()) {
    if (standing.groups[index]?.denied === true) continue;
    for (const { approver } of roster.holders(group)) {
      const hasVoted = open.votes.some((vote) => vote.approver === approver);
      if (!hasVoted && !isNoPerson(approver) && !isAskers(state.submitted, approver)) {
        told.add(approver);
      }
    }
  }
  if (now === null) return [...told];
  const slots = slotsOfLevel(state, open.number, open.groups, roster, reference);
  return [...new Set([...told].flatMap((owner) => endsOf({ owner, links: [] }, slots, now)))];
};

const membersOf = (
  { type, identifier }: Target,
  frozen: Frozen,
  reference: Reference,
): readonly string[] => {
  if (type === "role") return approversOf(reference.directory, identifier);
  const person = resolvePerson(identifier, frozen, reference);
  return person === null ? [] : [person];
};

/** The people behind targets, each once, whether or not they may vote. */
export const peopleBehind = (
  to: readonly Target[],
  frozen: Frozen,
  reference: Reference,
): readonly string[] => [...new Set(to.flatMap((target) => membersOf(target, frozen, reference)))];

/** The people behind targets who may be given a slot: active, no viewers, not the asker or its owner. */
export const candidatesBehind = (
  to: readonly Target[],
  frozen: Frozen,
  reference: Reference,
): readonly string[] =>
  peopleBehind(to, frozen, reference).filter(
    (person) =>
      mayHold(frozen.submitted, reference.directory, person) && !isAskers(frozen.submitted, person),
  );

/**
 * Targets as a timer gives slots to them. Where `self_approval` would let the asker in with a role, the others of the
 * role are named one by one.
 */
export const withoutAskers = (
  to: readonly Target[],
  frozen: Frozen,
  reference: Reference,
): readonly Target[] => {
  if (!frozen.submitted.selfApproval) return to;
  return to.flatMap((target) => {
    const members = membersOf(target, frozen, reference);
    return members.some((person) => isAskers(frozen.submitted, person))
      ? members
          .filter((person) => !isAskers(frozen.submitted, person))
          .map((identifier): Target => ({ type: "user", identifier }))
      : [target];
  });
};
