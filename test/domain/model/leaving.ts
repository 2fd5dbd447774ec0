import { has, nobody, only, size, type Crowd } from "./crowd.ts";
import { apartAt, countNow, deniedAt, firstShort, goOn, skip } from "./course.ts";
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
  ableIn,
  answeredByPool,
  holders,
  lackAfterVotes,
  lackOf,
  mayHold,
  recorded,
  stillThere,
  wanted,
} from "./standing.ts";
import type { Box, Rung } from "./shapes.ts";
import type { Town } from "./town.ts";

/** What happens to an open level when people go and come. */

const recordedIn = ({ slips, gone }: Circle): Crowd =>
  slips.reduce((crowd, { person }) => crowd | only(person), nobody) & ~gone;

/**
 * Voids the slots of recorded people who left. Their vote goes with the last place in which they could have answered.
 */
export const withoutLeavers = (sheet: Sheet, place: number, town: Town): Sheet => {
  let stage: Stage = stageAt(sheet, place);
  const may = mayHold(sheet, town);
  const missing = stage.circles.map(
    (circle) => recordedIn(circle) & ~stillThere(circle, may, town),
  );
  for (const [at, crowd] of missing.entries()) {
    if (crowd === nobody) continue;
    const circles = stage.circles.map((circle, index) =>
      index === at ? { ...circle, gone: circle.gone | crowd } : circle,
    );
    const elsewhere = (person: number): boolean =>
      circles.some((circle) => circle.pools.length > 0 || has(recordedIn(circle), person));
    stage = {
      ...stage,
      circles,
      ballots: stage.ballots.filter(({ slot }) => !has(crowd, slot) || elsewhere(slot)),
    };
  }
  // A delegate's vote stands as long as the delegate may vote.
  const ballots = stage.ballots.filter(({ by, slot }) => by === slot || has(may, by));
  return withStage(sheet, place, { ...stage, ballots });
};

/** Recorded once more: without those who are gone. */
export const written = (rung: Rung, circle: Circle, at: number): Circle => ({
  ...circle,
  bar: wanted(rung.boxes[at] as Box, circle),
  slips: circle.slips.filter(({ person }) => !has(circle.gone, person)),
  gone: nobody,
});

/** As it stands, and who came since: nobody whose slot was given away, and a turn is no second person's. */
const joinedBy = (circle: Circle, anew: Circle): Circle => {
  const known = recordedIn({ ...circle, gone: nobody }) | circle.replaced;
  const came = anew.slips.filter(
    ({ person, role, turn }) =>
      !has(known, person) &&
      !(turn && circle.slips.some((slip) => slip.turn && slip.role === role)),
  );
  return { ...circle, slips: [...circle.slips, ...came], agents: circle.agents | anew.agents };
};

/** After people changed. Never approves: that is for the next vote. */
export const rechecked = (before: Sheet, town: Town): Sheet => {
  const place = openPlace(before);
  if (place < 0) return before;
  const left = withoutLeavers(before, place, town);
  const stage = stageAt(left, place);
  const rung = rungAt(left, place);
  const may = mayHold(left, town);
  const lacks = (circle: Circle, at: number): boolean => {
    const box = rung.boxes[at];
    return box !== undefined && size(ableIn(box, holders(circle, may, town))) < wanted(box, circle);
  };
  let found = false;
  const circles = stage.circles.map((circle, at) => {
    const box = rung.boxes[at];
    if (box === undefined || !lacks(circle, at)) return circle;
    const anew = recorded(box, rung, may, town, apartAt(left, place), true);
    // Whose slot was given away does not come back with a role.
    const again = answeredByPool[box.bar.required]
      ? joinedBy(written(rung, circle, at), anew)
      : { ...anew, replaced: circle.replaced & ~recordedIn(anew) };
    if (lacks(again, at)) return circle;
    found = true;
    return again;
  });
  let sheet = withStage(left, place, { ...stage, circles });
  const count = countNow(sheet, place, town);
  const lack = lackAfterVotes(rung, count);
  const wasStuck = before.stuck === place + 1;
  if (found || (lack === null && wasStuck)) {
    sheet = {
      ...withStage(sheet, place, {
        ...stage,
        circles: circles.map((circle, at) => written(rung, circle, at)),
      }),
      stuck: 0,
    };
  }
  if (lack === null || (wasStuck && !found)) return sheet;
  const canEmpty = lackOf(rung, count.needs, count.crowds) !== null;
  if (canEmpty && rung.onEmpty === "deny") {
    const short = firstShort(rung, count.needs, count.crowds);
    return deniedAt(sheet, place, short, "system:on_empty", town);
  }
  if (canEmpty && rung.onEmpty === "skip" && stage.ballots.length === 0) {
    const someApproved = sheet.stages.some(({ state }) => state === "approved");
    return goOn(skip(sheet, place), place + 1, someApproved, "system:on_empty", town);
  }
  return { ...sheet, stuck: place + 1 };
};
