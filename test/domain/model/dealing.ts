import { ended, askedBy, isAdmin } from "./changing.ts";
import type { Asked, Sheet } from "./sheet.ts";
import type { Told } from "./submitting.ts";
import type { Town } from "./town.ts";
import { answered, caseOf, only, withoutRight, type Case, type Row } from "./voting.ts";

/** What people say to each other about a request: claims, questions and their answers. */

const asCase = (sheet: Sheet, by: string, town: Town, now: number): Case =>
  caseOf(sheet, { by, yes: true, level: null, hash: null, reason: null }, town, now);

const approversOnly: readonly Row[] = withoutRight.map(only(({ hats }) => hats.length === 0));

export const claimed = (sheet: Sheet, by: string, town: Town, now: number): Told => {
  const of = asCase(sheet, by, town, now);
  const rows: readonly Row[] = [
    ...ended,
    ...approversOnly,
    ["done", () => sheet.claimedBy === by],
    ["conflict", () => sheet.claimedBy !== null],
  ];
  return answered(rows, of, () => ({ ...sheet, claimedBy: by }));
};

export const released = (sheet: Sheet, by: string, town: Town, now: number): Told => {
  const of = asCase(sheet, by, town, now);
  const { claimedBy } = sheet;
  const may = claimedBy === null ? of.hats.length > 0 : claimedBy === by;
  const rows: readonly Row[] = [
    ["forbidden", () => !may && !isAdmin(town, by)],
    ...ended,
    ["done", () => claimedBy === null],
  ];
  return answered(rows, of, () => ({ ...sheet, claimedBy: null }));
};

export const asked = (sheet: Sheet, by: string, town: Town, now: number): Told => {
  const of = asCase(sheet, by, town, now);
  return answered([...ended, ...approversOnly], of, () => ({
    ...sheet,
    questions: [...sheet.questions, { place: of.open, by, text: null, answeredBy: null }],
  }));
};

/** An answer as it was said; `question` counts from 1, null for the oldest that is open. */
export interface Replied {
  readonly by: string;
  readonly question: number | null;
  readonly text: string;
}

export const replied = (
  sheet: Sheet,
  { by, question, text }: Replied,
  town: Town,
  now: number,
): Told => {
  const { questions } = sheet;
  const at = question === null ? questions.findIndex((each) => each.text === null) : question - 1;
  const meant: Asked | undefined = questions[at];
  const rows: readonly Row[] = [
    ["forbidden", () => !askedBy(sheet, by)],
    ...ended,
    ["unprocessable", () => meant === undefined],
    ["done", () => meant?.text === text && meant.answeredBy === by],
    ["conflict", () => meant?.text !== null],
  ];
  return answered(rows, asCase(sheet, by, town, now), () => ({
    ...sheet,
    questions: questions.map((each, place) =>
      place === at ? { ...each, text, answeredBy: by } : each,
    ),
  }));
};
