import { delegationsFrom, delegationsTo, MAX_LINKS } from "./lookups.ts";
import type { Delegation, DelegationState } from "./delegation.ts";

/** The time in which every link of a chain is open, in milliseconds, half open. */
interface Window {
  readonly start: number;
  readonly end: number;
}

const windowOf = ({ startsAt, endsAt }: Delegation): Window => ({
  start: Date.parse(startsAt),
  end: Date.parse(endsAt),
});

/** The part that both share; null when they share no instant. */
const overlap = (a: Window, b: Window): Window | null => {
  const start = Math.max(a.start, b.start);
  const end = Math.min(a.end, b.end);
  return start < end ? { start, end } : null;
};

/** Links after `person`: each goes on as long as the one before it may be redelegated; the longest. */
const linksAfter = (
  state: DelegationState,
  person: string,
  window: Window,
  seen: readonly string[],
): number => {
  let longest = 0;
  for (const link of delegationsFrom(state, person)) {
    const shared = overlap(window, windowOf(link));
    if (shared === null || seen.includes(link.to)) continue;
    if (seen.length > MAX_LINKS) return MAX_LINKS;
    const rest = link.redelegate ? linksAfter(state, link.to, shared, [...seen, link.to]) : 0;
    longest = Math.max(longest, 1 + rest);
  }
  return longest;
};

/** True when the new link would close a circle of redelegating links that are open at the same time. */
export const closesCycle = (state: DelegationState, link: Delegation): boolean => {
  if (!link.redelegate) return false;
  const leadsBack = (person: string, window: Window, seen: readonly string[]): boolean =>
    delegationsFrom(state, person).some((next) => {
      const shared = overlap(window, windowOf(next));
      if (!next.redelegate || shared === null || seen.includes(next.to)) return false;
      return next.to === link.from || leadsBack(next.to, shared, [...seen, next.to]);
    });
  return leadsBack(link.to, windowOf(link), [link.to]);
};

/**
 * Links of the longest chain that the new one would be part of, itself included: redelegating links that lead to it,
 * and links after it, all open at one time. It is followed no further than one link past `MAX_LINKS`.
 */
export const longestChain = (state: DelegationState, link: Delegation): number => {
  const lengthOf = (
    owner: string,
    window: Window,
    people: readonly string[],
    links: number,
  ): number => {
    let longest = links + (link.redelegate ? linksAfter(state, link.to, window, people) : 0);
    if (longest > MAX_LINKS) return longest;
    for (const before of delegationsTo(state, owner)) {
      const shared = overlap(window, windowOf(before));
      if (!before.redelegate || shared === null || people.includes(before.from)) continue;
      const next = lengthOf(before.from, shared, [...people, before.from], links + 1);
      longest = Math.max(longest, next);
    }
    return longest;
  };
  return lengthOf(link.from, windowOf(link), [link.from, link.to], 1);
};
