import type { KnownDelegation } from "../../delegation/delegation.ts";
import { delegationsFrom, MAX_LINKS } from "../../delegation/lookups.ts";
import type { Reference } from "../../reference.ts";
import { coversSlot, handOversOf } from "../people/delegates.ts";
import { slotsOfLevel } from "../people/eligibility.ts";
import { openLevelOf } from "../ending/ending.ts";
import { rosterOf } from "../people/slots.ts";
import type { KnownRequest } from "../state.ts";

/** A person and a time that concerns them on one request, as far as people and votes of the day say. */
export interface Span {
  readonly person: string;
  /** ISO 8601, half open. */
  readonly startsAt: string;
  readonly endsAt: string;
}

const later = (a: string, b: string): string => (Date.parse(a) >= Date.parse(b) ? a : b);
const earlier = (a: string, b: string): string => (Date.parse(a) <= Date.parse(b) ? a : b);
const isTime = ({ startsAt, endsAt }: Window): boolean => Date.parse(startsAt) < Date.parse(endsAt);

type Window = Pick<Span, "startsAt" | "endsAt">;

/** The time that is in both. */
const within = (one: Window, other: Window): Window => ({
  startsAt: later(one.startsAt, other.startsAt),
  endsAt: earlier(one.endsAt, other.endsAt),
});

/** What is left of these times without those of `gone`. */
const without = (windows: readonly Window[], gone: readonly Window[]): readonly Window[] =>
  gone.reduce(
    (left, { startsAt, endsAt }) =>
      left
        .flatMap((window) => [
          { ...window, endsAt: earlier(window.endsAt, startsAt) },
          { ...window, startsAt: later(window.startsAt, endsAt) },
        ])
        .filter(isTime),
    windows,
  );

/** The links from an owner to who comes to act for them, the last one first. */
type Way = readonly [KnownDelegation, ...(readonly KnownDelegation[])];

/** Every way on from an owner. */
const waysFrom = (owner: string, { delegation }: Reference): readonly Way[] => {
  const ways: Way[] = [];
  const follow = (links: readonly KnownDelegation[], people: readonly string[]): void => {
    const from = links[0]?.to ?? owner;
    for (const link of delegationsFrom(delegation, from)) {
      if (people.includes(link.to)) continue;
      const way: Way = [link, ...links];
      ways.push(way);
      if (link.redelegate && way.length < MAX_LINKS) follow(way, [...people, link.to]);
    }
  };
  follow([], [owner]);
  return ways;
};

/** The open level as delegations see it; undefined where there is nothing to delegate. */
const openSlotsOf = (state: KnownRequest, reference: Reference) => {
  const open = state.status === "pending" ? openLevelOf(state) : undefined;
  if (open === undefined || reference.delegation.delegations.size === 0) return undefined;
  const roster = rosterOf(state.submitted, reference);
  return { open, slots: slotsOfLevel(state, open.number, open.groups, roster, reference) };
};

/**
 * When people in whose queue a request stands do not answer it themselves, whatever the time is: an exclusive
 * delegation reaches to their slot, and its delegate may act.
 */
export const handOverTimes = (
  state: KnownRequest,
  reference: Reference,
  now: readonly string[],
): readonly Span[] => {
  const found = openSlotsOf(state, reference);
  if (found === undefined) return [];
  const own = (person: string) => handOversOf({ owner: person, links: [] }, person, found.slots);
  return now.flatMap((person) =>
    own(person).map(({ startsAt, endsAt }) => ({ person, startsAt, endsAt })),
  );
};

/**
 * Who may act for whom on a pending request, whatever the time is: the reader of the queue holds the windows against
 * its own clock, so that the picture of a moment is not tied to it. People with a slot of their own, unless they have
 * handed it over, and those who voted at this level, are not here: they have one vote.
 */
export const standInsFor = (
  state: KnownRequest,
  reference: Reference,
  now: readonly string[],
): readonly Span[] => {
  const level = openSlotsOf(state, reference);
  if (level === undefined) return [];
  const { open, slots } = level;
  const found = new Map<string, Span>();
  for (const owner of now) {
    for (const links of waysFrom(owner, reference)) {
      const [last] = links;
      if (!slots.roster.mayAct(last.to)) continue;
      const { to: person } = last;
      if (open.groups.some(({ apart }) => apart?.includes(person) === true)) continue;
      if (open.votes.some(({ votedBy }) => votedBy === person)) continue;
      const path = { owner, links };
      if (!coversSlot(path, slots)) continue;
      const whole = links.reduce<Window>(within, last);
      const free = now.includes(person)
        ? handOversOf({ owner: person, links: [] }, person, slots).map((link) =>
            within(link, whole),
          )
        : [whole];
      const handedOn = handOversOf(path, person, slots);
      for (const { startsAt, endsAt } of without(free.filter(isTime), handedOn))
        found.set(`${person} ${startsAt} ${endsAt}`, { person, startsAt, endsAt });
    }
  }
  return [...found.values()];
};
