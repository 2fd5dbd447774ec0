import type { Dice } from "../../testkit/simulation/dice.ts";
import { everybody, names, nobody, only, placeOf, type Crowd } from "./crowd.ts";
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

const rung = (dice: Dice): Rung => ({
  boxes: several(dice, [1, 1, 1, 2, 2, 3], () => box(dice)),
  logic: dice.chance(0.3) ? "OR" : "AND",
  distinct: !dice.chance(0.2),
  onDeny: dice.pick(["veto", "unreachable"]),
  onEmpty: dice.pick(["block", "block", "deny", "skip"]),
  test: dice.chance(0.3) ? test(dice) : null,
});

export const drawBook = (dice: Dice, id: string, version: number): Book => ({
  id,
  version,
  rungs: several(dice, [1, 1, 2, 2, 3, 4], () => rung(dice)),
  fallback: dice.chance(0.2) ? rung(dice) : null,
  onAllSkipped: dice.pick(["block", "approve"]),
  selfApproval: dice.pick([null, null, "forbid", "allow"]),
  expires: dice.pick([null, null, 60, 600, "never"]),
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
  roles: Array.from({ length: ROLES }, () => crowd(dice, 0.45) & ~only(placeOf("zed"))),
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

/** Votes of people at random, of whom most are somebody to the request; wrong levels and hashes now and then. */
const vote = (dice: Dice, likely: readonly string[]): Move => {
  const by =
    likely.length > 0 && dice.chance(0.6)
      ? dice.pick(likely)
      : dice.chance(0.1)
        ? dice.pick([null, "bot", "robot"])
        : dice.pick(names);
  const level = dice.chance(0.7) ? null : dice.between(1, 4);
  const hash = dice.pick([null, null, null, null, askedHash, askedHash, askedHash, "sha256:zz"]);
  return dice.chance(0.78)
    ? { kind: "approve", by, level, hash }
    : { kind: "deny", by, level, hash, reason: dice.pick(["no", "no", "no", "  ", null]) };
};

/** A command after the ask. `likely` are people who hold an open slot. */
export const drawMove = (dice: Dice, likely: readonly string[]): Move => {
  const throwOf = dice.next();
  if (throwOf < 0.78) return vote(dice, likely);
  if (throwOf < 0.92) return { kind: "recheck" };
  if (throwOf < 0.96) return { kind: "expire" };
  if (throwOf < 0.98) return drawAsk(dice);
  return {
    kind: "cancel",
    by: dice.pick([null, "bot", "robot", "ana", "bo", "cy", "dee", "gus", "zed"]),
  };
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
  if (what < 0.87) return { ...town, viewers: flipped(dice, town.viewers) & ~town.admins };
  return { ...town, known: flipped(dice, town.known) };
};
