import type { Dice } from "../../testkit/simulation/dice.ts";
import {
  agentNames,
  agents,
  everybody,
  names,
  nobody,
  only,
  placeOf,
  seatOf,
  type Crowd,
} from "./crowd.ts";
import type { Bar, Book, Box, Named, Rung, Source, Test } from "./shapes.ts";
import type { Shelf, Town } from "./town.ts";

/** What is left to chance of policies and people. */

const ROLES = 4;

const crowd = (dice: Dice, share: number): Crowd =>
  names.reduce((all, _, place) => (dice.chance(share) ? all | only(place) : all), nobody);

/** A role, or a person. */
export const somebody = (dice: Dice): Named =>
  dice.chance(0.7)
    ? { role: dice.between(0, ROLES - 1) }
    : { person: dice.between(0, names.length - 1) };

const source = (dice: Dice): Source =>
  dice.chance(0.1) ? { turn: dice.between(0, ROLES - 1) } : somebody(dice);

const bar = (dice: Dice): Bar => {
  const required = dice.pick(["any", "any", "all", "threshold", "percent"] as const);
  return {
    required,
    amount:
      required === "threshold"
        ? dice.between(1, 3)
        : required === "percent"
          ? dice.pick([1, 25, 33, 50, 51, 67, 100])
          : 0,
  };
};

/** As many as chance takes of the counts. */
export const several = <T>(dice: Dice, counts: readonly number[], make: () => T): T[] =>
  Array.from({ length: dice.pick(counts) }, make);

const box = (dice: Dice): Box => ({
  bar: bar(dice),
  sources: several(dice, [1, 1, 1, 2, 3], () => source(dice)),
});

/** Facts that policies may test, and what they may be. */
export const fields = ["priority", "kind", "size"] as const;
export const values = ["low", "high"] as const;

const test = (dice: Dice): Test => ({
  join: dice.pick(["all", "any"]),
  fields: several(dice, [1, 1, 2, 3], () => ({
    field: dice.pick(fields),
    value: dice.pick(values),
  })),
});

const named = [agents, ...agentNames.map((name) => only(seatOf(name)))];

const rung = (dice: Dice): Rung => ({
  boxes: several(dice, [1, 1, 1, 2, 2, 3], () => box(dice)),
  logic: dice.chance(0.3) ? "OR" : "AND",
  distinct: !dice.chance(0.2),
  onDeny: dice.pick(["veto", "unreachable"]),
  onEmpty: dice.pick(["block", "block", "deny", "skip"]),
  test: dice.chance(0.3) ? test(dice) : null,
  unskippable: dice.chance(0.2),
  deciders: dice.chance(0.25) ? dice.pick(named) : nobody,
});

export const drawBook = (dice: Dice, id: string, version: number): Book => ({
  id,
  version,
  rungs: several(dice, [1, 1, 2, 2, 3, 4], () => rung(dice)),
  fallback: dice.chance(0.2) ? rung(dice) : null,
  onAllSkipped: dice.pick(["block", "approve"]),
  selfApproval: dice.pick([null, null, "forbid", "allow"]),
  expires: dice.pick([null, null, 60, 600, "never"]),
  keepsApprovals: dice.chance(0.2),
  grant: dice.pick([20, 60]),
  maxResubmissions: dice.pick([0, 1, 2, 3, 3, 3]),
});

export const drawShelf = (dice: Dice): Shelf => ({
  books: [drawBook(dice, "release", 1), drawBook(dice, "other", 1)],
  orgExpires: dice.pick([null, null, 120, "never"]),
  orgSelfApproval: dice.chance(0.2) ? "allow" : "forbid",
  orgPolicy: dice.pick([null, "other", "other", "missing"]),
});

const admins = only(placeOf("ana")) | only(placeOf("gus"));

const drawTurns = (dice: Dice): Town["turns"] =>
  Array.from({ length: ROLES }, () => names.map(() => dice.between(0, 4)));

/** Nearly everybody is there and may vote, so that most requests can be decided. */
export const drawTown = (dice: Dice): Town => ({
  known: everybody & ~only(placeOf("zed")),
  active: everybody,
  viewers: dice.chance(0.2) ? only(dice.between(0, names.length - 1)) & ~admins : nobody,
  admins,
  roles: Array.from({ length: ROLES }, () => crowd(dice, 0.4) & ~only(placeOf("zed"))),
  agentsDecide: dice.chance(0.7),
  turns: drawTurns(dice),
  away: nobody,
  links: [],
});

const HOUR = 3_600_000;
const MOST_LINKS = 6;

/** A delegation is made or revoked. */
export const changeLinks = (dice: Dice, town: Town, now: number): Town => {
  const { links } = town;
  if (links.length > 0 && dice.chance(links.length < MOST_LINKS ? 0.3 : 1)) {
    const at = dice.between(0, links.length - 1);
    return {
      ...town,
      links: links.map((link, place) => (place === at ? { ...link, revoked: true } : link)),
    };
  }
  // Half of them go on from one that stands, so that chains come about.
  const last = links.at(-1);
  const isChained = last !== undefined && dice.chance(0.5);
  const start = now + dice.pick([-HOUR, -HOUR, 0, 0, HOUR / 4]);
  const made = {
    from: isChained ? last.to : dice.pick(names),
    to: dice.pick(names),
    start,
    end: start + dice.pick([HOUR, 4 * HOUR, 100 * HOUR]),
    policies: dice.pick([null, null, null, ["release"], ["other"]]),
    roles: dice.chance(0.8) ? null : 1 << dice.between(0, ROLES - 1),
    exclusive: dice.chance(0.3),
    redelegate: dice.chance(0.5),
    revoked: false,
  };
  return made.from === made.to ? town : { ...town, links: [...links, made] };
};

const flipped = (dice: Dice, among: Crowd): Crowd =>
  among ^ only(dice.between(0, names.length - 1));

/** People come, go and change roles. */
export const changeTown = (dice: Dice, town: Town): Town => {
  const what = dice.next();
  if (what < 0.6) {
    const at = dice.between(0, ROLES - 1);
    return {
      ...town,
      roles: town.roles.map((members, role) => (role === at ? flipped(dice, members) : members)),
    };
  }
  if (what < 0.75) return { ...town, active: flipped(dice, town.active) };
  if (what < 0.765) return { ...town, turns: drawTurns(dice) };
  if (what < 0.78) return { ...town, agentsDecide: !town.agentsDecide };
  if (what < 0.87) return { ...town, viewers: flipped(dice, town.viewers) & ~town.admins };
  return { ...town, known: flipped(dice, town.known) };
};
