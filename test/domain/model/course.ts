import { agents, has, nameOf, nobody, only, size, type Crowd } from "./crowd.ts";
import { applies, type Box, type Rung } from "./shapes.ts";
import {
  openPlace,
  rungAt,
  stageAt,
  withStage,
  type Ballot,
  type Circle,
  type Sheet,
  type Stage,
} from "./sheet.ts";
import {
  ableIn,
  countUp,
  holders,
  inPools,
  lackAfterVotes,
  lackOf,
  mayHold,
  recorded,
  verdictOf,
  type Count,
} from "./standing.ts";
import type { Town } from "./town.ts";

/** How a request goes on: levels that begin, and its end. */

/** The open level's votes as they count by the people of the day. */
export const countNow = (sheet: Sheet, place: number, town: Town): Count => {
  const { circles, ballots } = stageAt(sheet, place);
  const may = mayHold(sheet, town);
  const crowds = circles.map((circle) => holders(circle, may, town));
  return countUp(rungAt(sheet, place), circles, ballots, crowds);
};

const recordedPeople = ({ slips }: Circle): Crowd =>
  slips.reduce((crowd, { person }) => crowd | only(person), nobody);

/** A level that ends keeps who stood in its pools. */
export const ended = (
  sheet: Sheet,
  place: number,
  state: Stage["state"],
  deniedBy: number,
  town: Town,
): Sheet => {
  const stage = stageAt(sheet, place);
  const may = mayHold(sheet, town);
  const claimedBy = state === "closed" ? sheet.claimedBy : null;
  return withStage({ ...sheet, stuck: 0, claimedBy }, place, {
    ...stage,
    state,
    deniedBy,
    circles: stage.circles.map((circle) => ({
      ...circle,
      last: inPools(circle, may, town) & ~(recordedPeople(circle) & ~circle.gone),
    })),
  });
};

/** The request's end; a level that is open then is closed by it. */
export const finished = (
  sheet: Sheet,
  status: Exclude<Sheet["status"], "pending">,
  endedBy: string,
  town: Town,
): Sheet => {
  const place = openPlace(sheet);
  const closed =
    place < 0 ? sheet : { ...ended(sheet, place, "closed", -1, town), stuck: sheet.stuck };
  return { ...closed, status, endedBy };
};

/** A level denied is the request denied. */
export const deniedAt = (
  sheet: Sheet,
  place: number,
  group: number,
  by: string,
  town: Town,
): Sheet => finished(ended(sheet, place, "denied", group, town), "denied", by, town);

const skipped: Stage = { state: "skipped", circles: [], ballots: [], deniedBy: -1 };

export const skip = (sheet: Sheet, place: number): Sheet => ({
  ...withStage(sheet, place, skipped),
  stuck: 0,
  claimedBy: place === openPlace(sheet) ? null : sheet.claimedBy,
});

/** The first group that has too few people. */
export const firstShort = (
  rung: Rung,
  needs: readonly number[],
  crowds: readonly Crowd[],
): number =>
  Math.max(
    0,
    crowds.findIndex((crowd, at) => size(ableIn(rung.boxes[at] as Box, crowd)) < (needs[at] ?? 1)),
  );

/** Who has no say at a level because they edited the current payload at another one. */
export const apartAt = ({ edit }: Sheet, place: number): Crowd =>
  edit === null || edit.place === place ? nobody : only(edit.editor);

/** A level's groups as they would be recorded if it opened now. */
export const recordedAt = (
  sheet: Sheet,
  place: number,
  town: Town,
  opens = false,
): readonly Circle[] => {
  const may = mayHold(sheet, town);
  const apart = apartAt(sheet, place);
  const rung = rungAt(sheet, place);
  return rung.boxes.map((box) => recorded(box, rung, may, town, apart, opens));
};

/** The editor's vote, which is kept while the edited level waits. */
const editorsBallot = ({ edit, stages }: Sheet): Ballot | null =>
  edit === null
    ? null
    : (edit.held ??
      stages[edit.place]?.ballots.find(
        ({ by, hash }) => by === edit.editor && hash === edit.hash,
      ) ??
      null);

/** A level begins, for the first time or anew; those behind it wait. */
const begun = (sheet: Sheet, place: number, circles: readonly Circle[]): Sheet => {
  const ballot = editorsBallot(sheet);
  const { edit } = sheet;
  const isEdited = edit?.place === place;
  const ballots = isEdited && ballot !== null ? [ballot] : [];
  const held = edit !== null && place < edit.place ? ballot : null;
  return {
    ...sheet,
    stages: [...sheet.stages.slice(0, place), { state: "open", circles, ballots, deniedBy: -1 }],
    stuck: 0,
    claimedBy: null,
    allSkipped: false,
    edit: edit === null ? null : { ...edit, held },
  };
};

/** How a level began. */
export interface Start {
  readonly sheet: Sheet;
  /** `approved`: by the vote of its editor, which was waiting for it. */
  readonly how: "skipped" | "stands" | "approved";
  readonly by: string;
}

/** A level's test holds, and no admin skipped it. */
export const appliesAt = (sheet: Sheet, place: number): boolean =>
  !sheet.amendedAway.includes(place) && applies(rungAt(sheet, place), sheet.facts);

/** Opens a level, unless it does not apply or is skipped for want of people. */
export const start = (sheet: Sheet, place: number, town: Town, isWanted = false): Start => {
  const rung = rungAt(sheet, place);
  const isEdited = sheet.edit?.place === place;
  const passed = (): Start => ({ sheet: skip(sheet, place), how: "skipped", by: "" });
  if (!isWanted && !appliesAt(sheet, place) && !isEdited) return passed();
  const circles = recordedAt(sheet, place, town, true);
  const may = mayHold(sheet, town);
  const crowds = circles.map((circle) => holders(circle, may, town));
  const { needs } = countUp(rung, circles, [], crowds);
  const lack = lackOf(rung, needs, crowds);
  if (lack !== null && rung.onEmpty === "skip") return passed();
  const waited = sheet.edit?.held ?? null;
  const opened = begun(sheet, place, circles);
  if (lack !== null) {
    const stands =
      rung.onEmpty === "deny"
        ? deniedAt(opened, place, firstShort(rung, needs, crowds), "system:on_empty", town)
        : { ...opened, stuck: place + 1 };
    return { sheet: stands, how: "stands", by: "" };
  }
  if (!isEdited || waited === null) return { sheet: opened, how: "stands", by: "" };
  const count = countUp(rung, circles, [waited], crowds);
  return verdictOf(rung, count).is === "approved"
    ? { sheet: ended(opened, place, "approved", -1, town), how: "approved", by: voterName(waited) }
    : { sheet: opened, how: "stands", by: "" };
};

/** `person:gus`, `person:gus>bo` for a delegate, or `agent:bot`. */
export const voterName = ({ by, slot }: Ballot): string =>
  has(agents, by)
    ? `agent:${nameOf(by)}`
    : by === slot
      ? `person:${nameOf(by)}`
      : `person:${nameOf(by)}>${nameOf(slot)}`;

/**
 * Goes on behind `place`: the next level that applies opens, and after the last one the request is approved by whoever
 * completed the last level. Fallbacks open only when all the others were skipped.
 */
export const goOn = (
  sheet: Sheet,
  place: number,
  someApproved: boolean,
  by: string,
  town: Town,
): Sheet => {
  const fallbacksToo = !someApproved || place > sheet.regular;
  const end = fallbacksToo ? sheet.rungs.length : sheet.regular;
  if (place >= end) {
    if (someApproved) return finished(sheet, "approved", by, town);
    return sheet.approvesWhenSkipped
      ? finished(sheet, "approved", "system:on_all_skipped", town)
      : { ...sheet, allSkipped: true };
  }
  const began = start(sheet, place, town);
  if (began.how === "stands") return began.sheet;
  return began.how === "approved"
    ? goOn(began.sheet, place + 1, true, began.by, town)
    : goOn(began.sheet, place + 1, someApproved, by, town);
};

/** Judges the open level by its votes and the people of the day, and does what follows. */
export const settled = (sheet: Sheet, place: number, by: string, town: Town): Sheet => {
  const count = countNow(sheet, place, town);
  const rung = rungAt(sheet, place);
  const verdict = verdictOf(rung, count);
  switch (verdict.is) {
    case "open":
      return lackAfterVotes(rung, count) === null ? sheet : { ...sheet, stuck: place + 1 };
    case "denied":
      return deniedAt(sheet, place, verdict.group, by, town);
    case "approved":
      return goOn(ended(sheet, place, "approved", -1, town), place + 1, true, by, town);
  }
};
