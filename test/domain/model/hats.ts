import { has, nobody, placeOf, seatOf, type Crowd } from "./crowd.ts";
import type { Circle } from "./sheet.ts";
import { holders } from "./standing.ts";
import type { Link, Town } from "./town.ts";

/** Under which rights somebody may answer at a level. */

/** A right: whose slot it fills. */
export interface Hat {
  readonly slot: number;
}

/** A level's groups, and what decides who may act there. */
export interface Ground {
  readonly circles: readonly Circle[];
  /** The policy that brought the level; null for inline approvers. */
  readonly policy: string | null;
  /** Who may act on the request at all. */
  readonly may: Crowd;
  readonly town: Town;
  /** Milliseconds. */
  readonly now: number;
}

const MOST_LINKS = 3;

const isActive = ({ start, end, revoked }: Link, now: number): boolean =>
  !revoked && start <= now && now < end;

/** Roles by which somebody stands in a group, as bits. */
const rolesIn = (circle: Circle, person: number, town: Town): number => {
  let roles = 0;
  for (const role of circle.pools) {
    if (has(town.roles[role] ?? nobody, person)) roles |= 1 << role;
  }
  for (const slip of circle.slips) {
    if (slip.person === person && slip.role !== null && !has(circle.gone, person)) {
      roles |= 1 << slip.role;
    }
  }
  return roles;
};

/** True when every link lends a slot that its first owner holds here, and each lender might act themselves. */
const reaches = (owner: number, links: readonly Link[], ground: Ground): boolean =>
  links.every(
    ({ from, policies }) =>
      has(ground.may, placeOf(from)) &&
      !ground.circles.some(({ apart }) => has(apart, placeOf(from))) &&
      (policies === null || (ground.policy !== null && policies.includes(ground.policy))),
  ) &&
  ground.circles.some(
    (circle) =>
      has(holders(circle, ground.may, ground.town), owner) &&
      links.every(
        ({ roles }) => roles === null || (roles & rolesIn(circle, owner, ground.town)) !== 0,
      ),
  );

/** Chains of active links that end at somebody, the oldest first, each before those that go on from it. */
const chainsTo = (person: string, town: Town, now: number): (readonly Link[])[] => {
  const active = town.links.filter((link) => isActive(link, now));
  const goOn = (chain: readonly Link[]): (readonly Link[])[] => {
    const first = chain.at(-1);
    if (first === undefined || chain.length === MOST_LINKS) return [chain];
    const people = [person, ...chain.map(({ from }) => from)];
    const next = active.filter(
      ({ from, to, redelegate }) => to === first.from && redelegate && !people.includes(from),
    );
    return [chain, ...next.flatMap((link) => goOn([...chain, link]))];
  };
  return active.filter(({ to }) => to === person).flatMap((link) => goOn([link]));
};

/** Somebody handed this very right over for themselves too, to a delegate who can act by it. */
const gaveAway = (person: string, owner: number, chain: readonly Link[], ground: Ground): boolean =>
  chain[0]?.redelegate !== false &&
  chain.length < MOST_LINKS &&
  ground.town.links.some(
    (link) =>
      link.from === person &&
      link.exclusive &&
      isActive(link, ground.now) &&
      has(ground.may, placeOf(link.to)) &&
      !ground.circles.some(({ apart }) => has(apart, placeOf(link.to))) &&
      !chain.some(({ from }) => from === link.to) &&
      reaches(owner, [link, ...chain], ground),
  );

/** All rights of somebody at a level: their own slot first, then as the oldest delegation lends them. */
export const hatsOf = (person: string, ground: Ground): readonly Hat[] => {
  const place = seatOf(person);
  if (place < 0 || ground.circles.some(({ apart }) => has(apart, place))) return [];
  const slots: number[] = [];
  const holdsOne = ground.circles.some((circle) =>
    has(holders(circle, ground.may, ground.town), place),
  );
  if (holdsOne && !gaveAway(person, place, [], ground)) slots.push(place);
  if (has(ground.may, place)) {
    for (const chain of chainsTo(person, ground.town, ground.now)) {
      const owner = placeOf(chain.at(-1)?.from ?? "");
      if (slots.includes(owner) || !reaches(owner, chain, ground)) continue;
      if (!gaveAway(person, owner, chain, ground)) slots.push(owner);
    }
  }
  return slots.map((slot) => ({ slot }));
};

/** True while somebody has handed all their slots over, whatever the scope. */
export const isAway = (person: string, town: Town, now: number): boolean =>
  town.links.some((link) => link.from === person && link.exclusive && isActive(link, now));
