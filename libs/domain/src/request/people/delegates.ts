import { rolesOf } from "../../directory/lookups.ts";
import type { KnownDelegation } from "../../delegation/delegation.ts";
import {
  delegationsFrom,
  delegationsTo,
  isActiveDelegation,
  MAX_LINKS,
} from "../../delegation/lookups.ts";
import type { Reference } from "../../reference.ts";
import { chainOf, policyOfNumber } from "../levels/chain.ts";
import type { SubmittedFields } from "../events.ts";
import { isAlternate, type Roster } from "./slots.ts";
import type { GroupState } from "../state.ts";

/** The slots of one level, and what decides who may act on them. */
export interface LevelSlots {
  readonly groups: readonly GroupState[];
  /** The policy that brought the level; null for inline approvers. */
  readonly policy: string | null;
  readonly roster: Roster;
  readonly reference: Reference;
}

/** A right under which a person may answer: whose slot it is, and the delegation that lends it (null for one's own). */
export interface Hat {
  readonly approver: string;
  readonly delegationId: string | null;
}

/** A way from a slot's owner to whoever acts: every link of it, the last one first. */
export interface Path {
  readonly owner: string;
  readonly links: readonly KnownDelegation[];
}

/** The policy that brought a level of this number; null for inline approvers. */
export const policyOfLevel = (
  submitted: SubmittedFields,
  { definition }: Reference,
  number: number,
): string | null => policyOfNumber(chainOf({ submitted }, definition), number);

/** Roles by which a person stands in a group: those of their recorded slots, and pools they are in today. */
const rolesIn = (group: GroupState, person: string, { directory }: Reference): string[] => {
  const roles = rolesOf(directory, person).filter((role) => group.pools.includes(role));
  const alternates = group.alternates?.filter(({ approver }) => isAlternate(group, approver)) ?? [];
  const slots = group.slots.filter(({ approver }) => !group.voided.includes(approver));
  for (const { approver, via } of [...slots, ...alternates]) {
    if (approver !== person) continue;
    if (via.type === "role" || via.type === "round_robin") roles.push(via.identifier);
  }
  return roles;
};

/** True for whoever edited the payload at another level: they have no say here, and nobody has it for them. */
const isApart = (groups: readonly GroupState[], person: string): boolean =>
  groups.some(({ apart }) => apart?.includes(person) === true);

/** True when every link reaches to a slot that the owner holds here, and everybody in between might act themselves. */
export const coversSlot = (
  { owner, links }: Path,
  { groups, policy, roster, reference }: LevelSlots,
): boolean =>
  links.every(
    ({ from, policies }) =>
      roster.mayAct(from) &&
      !isApart(groups, from) &&
      (policies === null || (policy !== null && policies.includes(policy))),
  ) &&
  groups.some(
    (group) =>
      roster.holds(group, owner) &&
      links.every(
        ({ roles }) =>
          roles === null || rolesIn(group, owner, reference).some((role) => roles.includes(role)),
      ),
  );

const none: readonly never[] = [];

/**
 * Every way by which `person` may come to act for somebody, nearest first: the oldest delegation to them, whose slots
 * it names, then who handed on to these. `holds` says whether a link counts, by its window or at this moment.
 */
export const pathsTo = (
  person: string,
  { delegation }: Reference,
  holds: (link: KnownDelegation) => boolean,
): readonly Path[] => {
  const nearest = delegationsTo(delegation, person);
  if (nearest.length === 0) return none;
  const paths: Path[] = [];
  const follow = (path: Path, people: readonly string[]): void => {
    paths.push(path);
    if (path.links.length >= MAX_LINKS) return;
    for (const link of delegationsTo(delegation, path.owner)) {
      if (!link.redelegate || people.includes(link.from) || !holds(link)) continue;
      follow({ owner: link.from, links: [...path.links, link] }, [...people, link.from]);
    }
  };
  for (const link of nearest) {
    if (holds(link)) follow({ owner: link.from, links: [link] }, [person, link.from]);
  }
  return paths;
};

/**
 * The exclusive delegations by which a person has handed the slot over for themselves too, whatever their windows: each
 * reaches to it, and its delegate may act. One whose delegate is gone, kept out, already on the way or one link too far
 * takes nobody's right away: they could not answer by it.
 */
export const handOversOf = (
  path: Path,
  person: string,
  slots: LevelSlots,
): readonly KnownDelegation[] => {
  if (path.links[0]?.redelegate === false || path.links.length >= MAX_LINKS) return none;
  const given = delegationsFrom(slots.reference.delegation, person);
  if (given.length === 0) return none;
  return given.filter(
    (link) =>
      link.exclusive &&
      slots.roster.mayAct(link.to) &&
      !isApart(slots.groups, link.to) &&
      !path.links.some(({ from }) => from === link.to) &&
      coversSlot({ ...path, links: [link, ...path.links] }, slots),
  );
};

/** True when the person has handed the slot over for themselves too at this time. */
const hasHandedOver = (path: Path, person: string, slots: LevelSlots, now: string): boolean =>
  handOversOf(path, person, slots).some((link) => isActiveDelegation(link, now));

/**
 * The hats a person may wear at this level at `now` (ISO 8601), the one to take first in front: their own slot, then
 * the oldest delegation. None: not an approver here. Who is kept out by separation of duties wears none, and nobody
 * acts for such a person.
 */
export const hatsIn = (person: string, slots: LevelSlots, now: string): readonly Hat[] => {
  const { groups, roster, reference } = slots;
  const hats: Hat[] = [];
  if (isApart(groups, person)) return hats;
  const own: Path = { owner: person, links: [] };
  if (
    groups.some((group) => roster.holds(group, person)) &&
    !hasHandedOver(own, person, slots, now)
  ) {
    hats.push({ approver: person, delegationId: null });
  }
  if (!roster.mayAct(person)) return hats;
  for (const path of pathsTo(person, reference, (link) => isActiveDelegation(link, now))) {
    const [link] = path.links;
    if (link === undefined) continue;
    if (coversSlot(path, slots) && !hasHandedOver(path, person, slots, now)) {
      hats.push({ approver: path.owner, delegationId: link.id });
    }
  }
  return hats;
};
