import type { Dice } from "../../testkit/simulation/dice.ts";
import { agentNames, names } from "./crowd.ts";
import { fields, several, somebody, values } from "./draw.ts";
import { askedHash, type Move, type Wish } from "./moves.ts";
import type { Facts } from "./shapes.ts";
import { owners } from "./town.ts";

/** What is left to chance of what people and agents say. */

const facts = (dice: Dice): Facts => {
  const found: Record<string, string> = {};
  for (const field of fields) if (dice.chance(0.8)) found[field] = dice.pick(values);
  return found;
};

const caller = (dice: Dice): string =>
  dice.chance(0.6) ? dice.pick(Object.keys(owners)) : dice.pick(names);

const drawWish = (dice: Dice, by: string, again: boolean): Wish => {
  const isInline = dice.chance(0.15);
  const policy =
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
        ]);
  return {
    policy,
    gated: (policy === null || policy === "release") && dice.chance(0.2),
    approvers: isInline ? several(dice, [1, 2, 3], () => somebody(dice)) : null,
    expires: dice.chance(0.7) ? null : dice.pick([0, 30, 60, 90, 5_256_001, "never", "soon"]),
    facts: facts(dice),
    describes: dice.chance(0.1)
      ? dice.pick(["bot", "robot"])
      : owners[by] === undefined
        ? null
        : by,
    valid: !dice.chance(0.03),
    again,
  };
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
  readonly asker: string | null;
  /** Who asked before and was denied; null for nobody. */
  readonly denied: string | null;
  readonly approved: boolean;
  readonly claimedBy: string | null;
}

export const drawAsk = (dice: Dice, { denied }: Known): Move => {
  const again = dice.chance(denied === null ? 0.03 : 0.6);
  const by = again && denied !== null && dice.chance(0.9) ? denied : caller(dice);
  return { kind: "ask", by: dice.chance(0.02) ? null : by, wish: drawWish(dice, by, again) };
};

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
  likely: Known["likely"],
  said: string | null,
  reason: string | null,
): Move => {
  const by = dice.chance(0.5) ? dice.pick(["ana", "gus"]) : said;
  const who = several(dice, [1, 1, 2], () => somebody(dice));
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
  if (what < 0.25) return arrange(dice, likely, by, reason);
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

const askers = (dice: Dice, { asker, likely }: Known): string | null =>
  asker !== null && dice.chance(0.7)
    ? dice.pick([asker, asker, owners[asker] ?? asker])
    : voter(dice, likely);

/** What is said about a request. */
const say = (dice: Dice, known: Known): Move => {
  const by = voter(dice, known.likely);
  const kind = dice.pick(["claim", "release", "question", "question", "answer", "answer"] as const);
  if (kind === "answer") {
    const question = dice.pick([null, null, 1, 1, 2]);
    return { kind, by: askers(dice, known), question, text: dice.pick(["So.", "So.", "No."]) };
  }
  return { kind, by: dice.chance(0.4) ? (known.claimedBy ?? by) : by };
};

const grants = ["own", "own", "own", "own", "own", "own", "other", "none"] as const;

/** What is done with an approval. */
const spend = (dice: Dice, known: Known): Move => {
  const by = dice.chance(0.4) ? dice.pick(["robot", null]) : askers(dice, known);
  const hash = dice.pick([known.hash, known.hash, known.hash, known.hash, "sha256:zz", null]);
  return dice.chance(0.5)
    ? { kind: "consume", by, shows: dice.pick(grants), hash }
    : { kind: "report", by, status: dice.pick(["executed", "failed"]), hash };
};

/** A command after the ask. */
export const drawMove = (dice: Dice, known: Known): Move => {
  const throwOf = dice.next();
  if (known.approved && dice.chance(0.4)) return spend(dice, known);
  if (throwOf < 0.62) return vote(dice, known);
  if (throwOf < 0.75) return change(dice, known);
  if (throwOf < 0.79) return dice.chance(0.05) ? spend(dice, known) : say(dice, known);
  if (throwOf < 0.92) return { kind: "recheck" };
  if (throwOf < 0.96) return { kind: "expire" };
  if (throwOf < 0.98) return drawAsk(dice, known);
  return {
    kind: "cancel",
    by: dice.pick([null, "bot", "robot", "ana", "bo", "cy", "dee", "gus", "zed"]),
  };
};
