import { nobody, only, size, type Crowd } from "./crowd.ts";
import { applies } from "./shapes.ts";
import {
  openPlace,
  rungAt,
  stageAt,
  withStage,
  type Circle,
  type Sheet,
  type Stage,
} from "./sheet.ts";
import {
  countUp,
  holders,
  inPools,
  lackOf,
  mayHold,
  recorded,
  wanted,
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
  return withStage({ ...sheet, stuck: 0 }, place, {
    ...stage,
    state,
    deniedBy,
    circles: stage.circles.map((circle) => ({
      ...circle,
      last: inPools(circle.pools, may, town) & ~recordedPeople(circle),
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
});

/** The first group that has too few people. */
const firstShort = (needs: readonly number[], crowds: readonly Crowd[]): number =>
  Math.max(
    0,
    crowds.findIndex((crowd, at) => size(crowd) < (needs[at] ?? 1)),
  );

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
  const rung = rungAt(sheet, place);
  const onwards = (): Sheet => goOn(skip(sheet, place), place + 1, someApproved, by, town);
  if (!applies(rung, sheet.facts)) return onwards();
  const may = mayHold(sheet, town);
  const circles = rung.boxes.map((box) => recorded(box, may, town));
  const crowds = circles.map((circle) => holders(circle, may, town));
  const needs = circles.map((circle, at) =>
    wanted(rung.boxes[at] ?? { bar: { required: "any", amount: 1 }, sources: [] }, circle),
  );
  const lack = lackOf(rung, needs, crowds);
  if (lack !== null && rung.onEmpty === "skip") return onwards();
  const opened = {
    ...withStage(sheet, place, { state: "open", circles, ballots: [], deniedBy: -1 }),
    stuck: 0,
  };
  if (lack === null) return opened;
  return rung.onEmpty === "deny"
    ? deniedAt(opened, place, firstShort(needs, crowds), "system:on_empty", town)
    : { ...opened, stuck: place + 1 };
};
