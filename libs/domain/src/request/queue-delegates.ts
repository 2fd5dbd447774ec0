import type { KnownDelegation } from "../delegation/delegation.ts";
import { delegationsFrom, MAX_LINKS } from "../delegation/lookups.ts";
import type { Reference } from "../reference.ts";
import { coversSlot } from "./delegates.ts";
import { slotsOfLevel } from "./eligibility.ts";
import { openLevelOf } from "./ending.ts";
import { rosterOf } from "./slots.ts";
import type { KnownRequest } from "./state.ts";

/** Somebody who may act for another on a request in a window, as far as people and votes of the day say. */
export interface StandIn {
  readonly person: string;
  /** ISO 8601, half open: the time in which every delegation on the way is open. */
  readonly startsAt: string;
  readonly endsAt: string;
}

const later = (a: string, b: string): string => (Date.parse(a) >= Date.parse(b) ? a : b);
const earlier = (a: string, b: string): string => (Date.parse(a) <= Date.parse(b) ? a : b);

/** Every way on from an owner: who comes to act for them, and over which links. The last link stands first. */
const waysFrom = (
  owner: string,
  { delegation }: Reference,
): readonly (readonly KnownDelegation[])[] => {
  const ways: (readonly KnownDelegation[])[] = [];
  const follow = (links: readonly KnownDelegation[], people: readonly string[]): void => {
    const from = links[0]?.to ?? owner;
    for (const link of delegationsFrom(delegation, from)) {
      if (people.includes(link.to)) continue;
      const way = [link, ...links];
      ways.push(way);
      if (link.redelegate && way.length < MAX_LINKS) follow(way, [...people, link.to]);
    }
  };
  follow([], [owner]);
  return ways;
};

/**
 * Who may act for whom on a pending request, whatever the time is: the reader of the queue holds the windows against
 * its own clock, so that the picture of a moment is not tied to it. People with a slot of their own, and those who
 * voted at this level, are not here: they have one vote.
 */
export const standInsFor = (
  state: KnownRequest,
  reference: Reference,
  now: readonly string[],
): readonly StandIn[] => {
  const open = state.status === "pending" ? openLevelOf(state) : undefined;
  if (open === undefined || reference.delegation.delegations.size === 0) return [];
  const roster = rosterOf(state.submitted, reference);
  const slots = slotsOfLevel(state, open.number, open.groups, roster, reference);
  const found = new Map<string, StandIn>();
  for (const owner of now) {
    for (const links of waysFrom(owner, reference)) {
      const person = links[0]?.to;
      if (person === undefined || !roster.mayAct(person)) continue;
      if (open.groups.some(({ apart }) => apart?.includes(person) === true)) continue;
      if (now.includes(person) || open.votes.some(({ votedBy }) => votedBy === person)) continue;
      if (!coversSlot({ owner, links }, slots)) continue;
      const startsAt = links.map((link) => link.startsAt).reduce(later);
      const endsAt = links.map((link) => link.endsAt).reduce(earlier);
      if (Date.parse(startsAt) >= Date.parse(endsAt)) continue;
      found.set(`${person} ${startsAt} ${endsAt}`, { person, startsAt, endsAt });
    }
  }
  return [...found.values()];
};
