import { has, placeOf } from "./crowd.ts";
import { countNow, finished } from "./course.ts";
import { isOver } from "./late.ts";
import { written } from "./leaving.ts";
import { GLASS } from "./shapes.ts";
import { openPlace, rungAt, stageAt, withStage, type Sheet } from "./sheet.ts";
import { lackAfterVotes } from "./standing.ts";
import type { Told } from "./submitting.ts";
import { owners, votersOf, type Town } from "./town.ts";
import { answered, caseOf, type Row } from "./voting.ts";

/** Votes taken back, time given, glass broken. */

export const ended: readonly Row[] = [
  ["already-resolved", ({ sheet }) => sheet.status !== "pending"],
  ["late", ({ sheet, now }) => isOver(sheet, now)],
];

export const askedBy = ({ asker }: Sheet, by: string): boolean =>
  asker === by || owners[asker] === by;

export const isAdmin = ({ known, active, admins }: Town, by: string): boolean =>
  has(known & active & admins, placeOf(by));

const asCase = (sheet: Sheet, by: string, level: number | null, town: Town, now: number) =>
  caseOf(sheet, { by, yes: true, level, hash: null, reason: null }, town, now);

const castAt = (sheet: Sheet, place: number, voter: number): boolean =>
  sheet.stages[place]?.ballots.some(({ by }) => by === voter) === true;

/** Where the vote stands that would be taken back: at the open level, or kept for the edited one. */
const takesBack = (sheet: Sheet, level: number | null, voter: number): "open" | "held" | null => {
  const open = openPlace(sheet);
  if ((level === null || level === open + 1) && castAt(sheet, open, voter)) return "open";
  const { edit } = sheet;
  return edit?.held?.by === voter && (level === null || level === edit.place + 1) ? "held" : null;
};

/** The last level of those meant at which the vote stands and cannot be taken back. */
const stuckAt = (sheet: Sheet, level: number | null, voter: number): number =>
  sheet.stages.findLastIndex(
    ({ state }, place) =>
      state !== "open" && (level === null || level === place + 1) && castAt(sheet, place, voter),
  );

export const withdrawn = (
  sheet: Sheet,
  by: string,
  level: number | null,
  town: Town,
  now: number,
): Told => {
  const of = asCase(sheet, by, level, town, now);
  const { voter, open } = of;
  const where = takesBack(sheet, level, voter);
  const at = stuckAt(sheet, level, voter);
  const rows: readonly Row[] = [
    ...ended,
    ["level-resolved", () => where === null && at >= 0],
    ["no-vote", () => where === null],
  ];
  return answered(rows, of, () => {
    if (where === "held") {
      return sheet.edit === null ? sheet : { ...sheet, edit: { ...sheet.edit, held: null } };
    }
    const stage = stageAt(sheet, open);
    const ballots = stage.ballots.filter((ballot) => ballot.by !== voter);
    const left = withStage(sheet, open, { ...stage, ballots });
    const lack = lackAfterVotes(rungAt(left, open), countNow(left, open, town));
    if (sheet.stuck !== open + 1 || lack !== null) return left;
    const rung = rungAt(left, open);
    const circles = stage.circles.map((circle, at) => written(rung, circle, at));
    return { ...withStage(left, open, { ...stage, ballots, circles }), stuck: 0 };
  });
};

const DAY = 86_400_000;

export const extended = (
  sheet: Sheet,
  { by, until, reason }: { by: string; until: number; reason: string | null },
  town: Town,
  now: number,
): Told => {
  const of = asCase(sheet, by, null, town, now);
  const { deadline } = sheet;
  const rows: readonly Row[] = [
    [
      "forbidden",
      ({ hats }) =>
        sheet.status === "pending" &&
        !isAdmin(town, by) &&
        !askedBy(sheet, by) &&
        hats.length === 0,
    ],
    ...ended,
    ["reason-required", () => (reason ?? "").trim() === ""],
    [
      "expiry-out-of-range",
      () =>
        deadline === Infinity ||
        until <= deadline ||
        until > now + 30 * DAY ||
        sheet.extensions >= 3,
    ],
    ["separation-of-duties", () => askedBy(sheet, by)],
  ];
  return answered(rows, of, () => ({
    ...sheet,
    deadline: until,
    extensions: sheet.extensions + 1,
  }));
};

export const glassBroken = (
  sheet: Sheet,
  { by, hash, reason }: { by: string; hash: string | null; reason: string | null },
  town: Town,
  now: number,
): Told => {
  const of = asCase(sheet, by, null, town, now);
  const rows: readonly Row[] = [
    ["forbidden", ({ voter }) => !has(votersOf(town) & (town.roles[GLASS] ?? 0), voter)],
    ...ended,
    ["reason-required", () => (reason ?? "").trim() === ""],
    ["separation-of-duties", () => askedBy(sheet, by)],
    ["separation-of-duties", ({ voter }) => sheet.edit?.editor === voter],
    ["payload-changed", () => hash !== null && hash !== sheet.hash],
  ];
  return answered(rows, of, () => finished(sheet, "approved", `person:${by}`, town));
};
