import type { Build } from "./build.ts";
import { playHistory, type Played } from "./play.ts";

/** What many histories came to. */
export interface Tally {
  readonly histories: number;
  readonly commands: number;
  readonly divergences: readonly NonNullable<Played["divergence"]>[];
  /** How often each answer was given to each command, and how often requests ended in which way. */
  readonly seen: ReadonlyMap<string, number>;
}

export const noTally: Tally = { histories: 0, commands: 0, divergences: [], seen: new Map() };

/** How many divergences are kept to be shown; a broken rule brings thousands. */
const KEPT = 5;

export const addTallies = (one: Tally, other: Tally): Tally => {
  const seen = new Map(one.seen);
  for (const [what, times] of other.seen) seen.set(what, (seen.get(what) ?? 0) + times);
  return {
    histories: one.histories + other.histories,
    commands: one.commands + other.commands,
    divergences: [...one.divergences, ...other.divergences].slice(0, KEPT),
    seen,
  };
};

/** Plays the histories of a seed from number `first` on, so many of them, and ends early when `KEPT` parted. */
export const playHistories = (build: Build, seed: string, first: number, count: number): Tally => {
  const seen = new Map<string, number>();
  const divergences: NonNullable<Played["divergence"]>[] = [];
  let commands = 0;
  let histories = 0;
  while (histories < count && divergences.length < KEPT) {
    const played = playHistory(build, `${seed}/${first + histories}`);
    histories += 1;
    commands += played.commands;
    for (const [what, times] of played.seen) seen.set(what, (seen.get(what) ?? 0) + times);
    if (played.divergence !== null) divergences.push(played.divergence);
  }
  return { histories, commands, divergences, seen };
};

/** Situations that so many histories must have brought about, because a campaign that went nowhere proves nothing. */
export const situations: readonly string[] = [
  ...["approved", "denied", "expired", "cancelled"].map((end) => `ended ${end}`),
  ...[
    "yes",
    "conflict",
    "forbidden",
    "policy-and-approvers",
    "no-policy",
    "unknown-policy",
    "unprocessable",
    "expiry-out-of-range",
    "unknown-approver",
    "quorum-unreachable",
    "validation-failed",
  ].map((answer) => `ask ${answer}`),
  ...["approve", "deny"].flatMap((vote) =>
    [
      "yes",
      "not-found",
      "forbidden",
      "already-resolved",
      "separation-of-duties",
      "not-an-approver",
      "level-resolved",
      "level-not-open",
      "level-not-named",
      "payload-changed",
    ].map((answer) => `${vote} ${answer}`),
  ),
  "deny reason-required",
  ...["approve", "deny", "modify"].flatMap((vote) =>
    ["yes", "separation-of-duties", "not-an-approver", "level-resolved", "level-not-open"].map(
      (answer) => `agent ${vote} ${answer}`,
    ),
  ),
  ...["withdraw", "extend"].map((what) => `agent ${what} yes`),
  ...["yes", "forbidden", "already-resolved"].map((answer) => `cancel ${answer}`),
  ...["yes", "already-resolved"].map((answer) => `recheck ${answer}`),
  "ask resubmission-limit",
  ...["yes", "conflict", "already-resolved", "level-not-open", "not-an-approver"].map(
    (answer) => `claim ${answer}`,
  ),
  ...["yes", "forbidden", "already-resolved"].map((answer) => `release ${answer}`),
  ...["yes", "already-resolved", "level-not-open", "separation-of-duties"].map(
    (answer) => `question ${answer}`,
  ),
  ...["yes", "forbidden", "already-resolved", "unprocessable", "conflict"].map(
    (answer) => `answer ${answer}`,
  ),
  ...[
    "yes",
    "forbidden",
    "conflict",
    "already-resolved",
    "grant-spent",
    "grant-expired",
    "unprocessable",
    "payload-changed",
  ].map((answer) => `consume ${answer}`),
  ...["yes", "forbidden", "conflict", "already-resolved", "not-consumed", "payload-changed"].map(
    (answer) => `report ${answer}`,
  ),
  ...["asked again", "asked through a gate", "given in turn", "given in turn to somebody later"],
  ...[
    "yes",
    "forbidden",
    "already-resolved",
    "schema-mismatch",
    "separation-of-duties",
    "not-an-approver",
    "level-resolved",
    "level-not-open",
    "payload-changed",
  ].map((answer) => `modify ${answer}`),
  ...[
    "yes",
    "forbidden",
    "already-resolved",
    "reason-required",
    "unknown-approver",
    "separation-of-duties",
    "level-not-open",
    "unprocessable",
    "quorum-unreachable",
  ].map((answer) => `reassign ${answer}`),
  ...[
    "yes",
    "forbidden",
    "already-resolved",
    "reason-required",
    "unprocessable",
    "unknown-approver",
    "separation-of-duties",
  ].map((answer) => `amend ${answer}`),
  ...["yes", "forbidden", "already-resolved", "no-vote", "level-resolved"].map(
    (answer) => `withdraw ${answer}`,
  ),
  ...[
    "yes",
    "forbidden",
    "already-resolved",
    "reason-required",
    "expiry-out-of-range",
    "separation-of-duties",
  ].map((answer) => `extend ${answer}`),
  ...[
    "yes",
    "forbidden",
    "already-resolved",
    "reason-required",
    "separation-of-duties",
    "payload-changed",
  ].map((answer) => `glass ${answer}`),
];
