import { nobody } from "./crowd.ts";
import { settled, start, voterName } from "./course.ts";
import { isOver } from "./late.ts";
import { withoutLeavers } from "./leaving.ts";
import { stageAt, withStage, type Ballot, type Sheet } from "./sheet.ts";
import type { Told } from "./submitting.ts";
import type { Town } from "./town.ts";
import {
  answered,
  caseOf,
  castBallot,
  namedWrongly,
  only,
  withoutRight,
  type Row,
} from "./voting.ts";

/** Edit and approve in one. */

/** An edit as it was said. */
export interface Edited {
  readonly by: string;
  readonly level: number | null;
  /** Hash of what was edited. */
  readonly from: string;
  /** Hash of what it became. */
  readonly to: string;
  readonly fits: boolean;
}

const rowsOf = ({ level, from, to, fits }: Edited): readonly Row[] => [
  [
    "done",
    ({ sheet: { edit }, voter }) =>
      edit !== null &&
      edit.editor === voter &&
      edit.base === from &&
      edit.hash === to &&
      (level === null || level === edit.place + 1),
  ],
  ["already-resolved", ({ sheet }) => sheet.status !== "pending"],
  ["late", ({ sheet, now }) => isOver(sheet, now)],
  ["schema-mismatch", () => !fits],
  ...withoutRight.map(only(({ hats }) => hats.length === 0)),
  ...namedWrongly,
  ["payload-changed", ({ sheet }) => sheet.hash !== from],
];

/** The payload is another, votes for the old one are void, and whoever edited it before has a say here again. */
const changedTo = (sheet: Sheet, place: number, ballot: Ballot): Sheet => ({
  ...sheet,
  hash: ballot.hash,
  edit: { editor: ballot.by, place, hash: ballot.hash, base: sheet.hash, held: null },
  stages: sheet.stages.map((stage, at) => {
    const circles = stage.circles.map((circle) => ({ ...circle, apart: nobody }));
    return at === place
      ? { ...stage, circles, ballots: [ballot] }
      : { ...stage, ballots: sheet.keepsApprovals ? stage.ballots : [] };
  }),
});

/** Levels before the edited one, held against the people again: the first that begins anew, or none. */
const askedAgain = (sheet: Sheet, place: number, town: Town): { sheet: Sheet; began: boolean } => {
  let now = sheet;
  for (let earlier = 0; earlier < place; earlier++) {
    const began = start(now, earlier, town);
    if (began.how !== "skipped") return { sheet: began.sheet, began: true };
    if (stageAt(now, earlier).state !== "skipped") now = began.sheet;
  }
  return { sheet: now, began: false };
};

const applied = (before: Sheet, place: number, ballot: Ballot, town: Town): Sheet => {
  const changed = changedTo(withoutLeavers(before, place, town), place, ballot);
  const again = changed.keepsApprovals
    ? { sheet: changed, began: false }
    : askedAgain(changed, place, town);
  return again.began ? again.sheet : settled(again.sheet, place, voterName(ballot), town);
};

export const modified = (sheet: Sheet, said: Edited, town: Town, now: number): Told => {
  const { by, level, to } = said;
  const of = caseOf(sheet, { by, yes: true, level, hash: to, reason: null }, town, now);
  const { voter, open } = of;
  const slot = (of.hat ?? of.hats[0])?.slot ?? voter;
  const ballot: Ballot = { slot, by: voter, yes: true, hash: to };
  return answered(rowsOf(said), of, () =>
    to === sheet.hash
      ? castBallot(sheet, open, ballot, town)
      : applied(withStage(sheet, open, stageAt(sheet, open)), open, ballot, town),
  );
};
