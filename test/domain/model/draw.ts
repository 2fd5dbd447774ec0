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
import { askedHash, type Move, type Wish } from "./moves.ts";
import type { Bar, Book, Box, Facts, Rung, Source, Test } from "./shapes.ts";
import { owners, type Shelf, type Town } from "./town.ts";

/** What is left to chance: policies, people, and what they do. */

const ROLES = 4;

const crowd = (dice: Dice, share: number): Crowd =>
  names.reduce((all, _, place) => (dice.chance(share) ? all | only(place) : all), nobody);

const source = (dice: Dice): Source =>
  dice.chance(0.7)
    ? { role: dice.between(0, ROLES - 1) }
    : { person: dice.between(0, names.length - 1) };

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

const several = <T>(dice: Dice, counts: readonly number[], make: () => T): T[] =>
  Array.from({ length: dice.pick(counts) }, make);

const box = (dice: Dice): Box => ({
  bar: bar(dice),
  sources: several(dice, [1, 1, 1, 2, 3], () => source(dice)),
});

const fields = ["priority", "kind", "size"] as const;
const values = ["low", "high"] as const;

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
});

export const drawShelf = (dice: Dice): Shelf => ({
  books: [drawBook(dice, "release", 1), drawBook(dice, "other", 1)],
  orgExpires: dice.pick([null, null, 120, "never"]),
  orgSelfApproval: dice.chance(0.2) ? "allow" : "forbid",
  orgPolicy: dice.pick([null, "other", "other", "missing"]),
});

const admins = only(placeOf("ana")) | only(placeOf("gus"));

/** Nearly everybody is there and may vote, so that most requests can be decided. */
export const drawTown = (dice: Dice): Town => ({
  known: everybody & ~only(placeOf("zed")),
  active: everybody,
  viewers: dice.chance(0.2) ? only(dice.between(0, names.length - 1)) & ~admins : nobody,
  admins,
  roles: Array.from({ length: ROLES }, () => crowd(dice, 0.4) & ~only(placeOf("zed"))),
  agentsDecide: dice.chance(0.7),
  links: [],
});

const facts = (dice: Dice): Facts => {
  const found: Record<string, string> = {};
  for (const field of fields) if (dice.chance(0.8)) found[field] = dice.pick(values);
  return found;
};

const caller = (dice: Dice): string =>
  dice.chance(0.6) ? dice.pick(Object.keys(owners)) : dice.pick(names);

const drawWish = (dice: Dice, by: string): Wish => {
  const isInline = dice.chance(0.15);
  return {
    policy:
      isInline && !dice.chance(0.1)
        ? null
        : dice.pick([
            "release",
            "release",
            "release",
            "release",
            "release",
            "other",
            "other",
            null,
            "gone",
          ]),
    approvers: isInline ? several(dice, [1, 2, 3], () => source(dice)) : null,
    expires: dice.chance(0.7) ? null : dice.pick([0, 30, 60, 90, 5_256_001, "never", "soon"]),
    facts: facts(dice),
    describes: dice.chance(0.1)
      ? dice.pick(["bot", "robot"])
      : owners[by] === undefined
        ? null
        : by,
    valid: !dice.chance(0.03),
  };
};

export const drawAsk = (dice: Dice): Move => {
  const by = caller(dice);
  return { kind: "ask", by: dice.chance(0.02) ? null : by, wish: drawWish(dice, by) };
};

/** What whoever says something knows about the request. */
export interface Known {
  /** People and agents who hold an open slot. */
  readonly likely: readonly string[];
  /** People whose vote stands at the last level. */
  readonly voted: readonly string[];
  readonly hash: string;
  /** Milliseconds. */
  readonly now: number;
}

const voter = (dice: Dice, likely: readonly string[]): string | null =>
  likely.length > 0 && dice.chance(0.6)
    ? dice.pick(likely)
    : dice.chance(0.2)
      ? dice.pick([null, ...agentNames, ...agentNames])
      : dice.pick(names);

/** Votes of people at random, of whom most are somebody to the request; wrong levels and hashes now and then. */
const vote = (dice: Dice, { likely, hash: current }: Known): Move => {
  const by = voter(dice, likely);
  const level = dice.chance(0.7) ? null : dice.between(1, 4);
  const isEdited = current !== askedHash;
  const hash = dice.pick([isEdited ? current : null, null, current, current, current, "sha256:zz"]);
  return dice.chance(0.78)
    ? { kind: "approve", by, level, hash }
    : { kind: "deny", by, level, hash, reason: dice.pick(["no", "no", "no", "  ", null]) };
};

const HOUR = 3_600_000;

/** Slots given to others, and amended chains; mostly by admins, because others may not. */
const arrange = (
  dice: Dice,
  { likely }: Known,
  said: string | null,
  reason: string | null,
): Move => {
  const by = dice.chance(0.5) ? dice.pick(["ana", "gus"]) : said;
  const who = several(dice, [1, 1, 2], () => source(dice));
  if (dice.chance(0.5)) {
    const own = dice.chance(0.5) ? by : dice.pick([...likely, "zed"]);
    return { kind: "reassign", by, from: dice.chance(0.4) ? null : own, to: who, reason };
  }
  const add = { level: dice.between(1, 4), group: dice.pick([null, 0, 0, 1]), who };
  return {
    kind: "amend",
    by,
    skip: dice.chance(0.3) ? [dice.between(1, 5)] : [],
    add: dice.chance(0.6) ? add : null,
    reason,
  };
};

/** What people do about a request beside voting. */
const change = (dice: Dice, { likely, voted, hash, now }: Known): Move => {
  const by = voter(dice, likely);
  const level = dice.chance(0.8) ? null : dice.between(1, 4);
  const reason = dice.pick(["so", "so", "so", "so", " ", null]);
  const what = dice.next();
  if (what < 0.25) return arrange(dice, { likely, voted, hash, now }, by, reason);
  if (what < 0.55) {
    const from = dice.pick([hash, hash, hash, hash, hash, "sha256:zz"]);
    const to = dice.chance(0.1) ? hash : `sha256:${dice.pick(["b", "c", "d", "e", "f"])}`;
    return { kind: "modify", by, level, from, to, fits: !dice.chance(0.1) };
  }
  if (what < 0.82) {
    const who = voted.length > 0 && dice.chance(0.8) ? dice.pick(voted) : by;
    return { kind: "withdraw", by: who, level };
  }
  if (what < 0.92) {
    const until = now + dice.pick([-1, 1, 1, 5, 20, 100, 719, 721]) * HOUR;
    return { kind: "extend", by, until, reason };
  }
  const breaker = voted.length > 0 && dice.chance(0.4) ? dice.pick(voted) : by;
  return { kind: "glass", by: breaker, hash: dice.pick([null, hash, "sha256:zz"]), reason };
};

/** A command after the ask. */
export const drawMove = (dice: Dice, known: Known): Move => {
  const throwOf = dice.next();
  if (throwOf < 0.65) return vote(dice, known);
  if (throwOf < 0.79) return change(dice, known);
  if (throwOf < 0.92) return { kind: "recheck" };
  if (throwOf < 0.96) return { kind: "expire" };
  if (throwOf < 0.98) return drawAsk(dice);
  return {
    kind: "cancel",
    by: dice.pick([null, "bot", "robot", "ana", "bo", "cy", "dee", "gus", "zed"]),
  };
};

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
  if (what < 0.78) return { ...town, agentsDecide: !town.agentsDecide };
  if (what < 0.87) return { ...town, viewers: flipped(dice, town.viewers) & ~town.admins };
  return { ...town, known: flipped(dice, town.known) };
};
