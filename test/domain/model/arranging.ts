import { agents, has, nobody, only, placeOf, placesIn, size, type Crowd } from "./crowd.ts";
import { apartAt, settled, start } from "./course.ts";
import { askedBy, ended, isAdmin } from "./changing.ts";
import { withoutLeavers, written } from "./leaving.ts";
import type { Box, Named, Rung } from "./shapes.ts";
import {
  openPlace,
  rungAt,
  stageAt,
  withStage,
  type Circle,
  type Sheet,
  type Slip,
} from "./sheet.ts";
import {
  barFor,
  holders,
  inPools,
  lackOf,
  mayHold,
  named,
  stillThere,
  wanted,
} from "./standing.ts";
import type { Told } from "./submitting.ts";
import { isPerson, type Town } from "./town.ts";
import { answered, caseOf, type Row } from "./voting.ts";

/** Slots that are given to others, and chains that admins amend. */

const boxAt = (rung: Rung, at: number): Box => {
  const box = rung.boxes[at];
  if (box === undefined) throw new Error(`The model knows no group ${at + 1}.`);
  return box;
};

const crowdOf = (slips: readonly Slip[]): Crowd =>
  slips.reduce((crowd, { person }) => crowd | only(person), nobody);

/** Everybody once, the first mention counts. */
const once = (slips: readonly Slip[]): Slip[] =>
  slips.filter(({ person }, at) => slips.findIndex((slip) => slip.person === person) === at);

const isUnknown = (sources: readonly Named[], town: Town): boolean =>
  sources.some((source) =>
    "person" in source ? !has(town.known, source.person) : town.roles[source.role] === undefined,
  );

const lacksReason = (reason: string | null): boolean => (reason ?? "").trim() === "";

/** A reassignment as it was said. */
export interface Given {
  readonly by: string;
  /** Null: all open slots. */
  readonly from: string | null;
  readonly to: readonly Named[];
  readonly reason: string | null;
}

/** Whose slots would go, group by group. */
const going = (sheet: Sheet, place: number, from: string | null, town: Town): readonly Crowd[] => {
  const { circles, ballots } = stageAt(sheet, place);
  const may = mayHold(sheet, town);
  const voted = ballots.reduce((crowd, { slot }) => crowd | only(slot), nobody);
  const meant = from === null ? ~nobody : only(placeOf(from));
  return circles.map((circle) => holders(circle, may, town) & ~agents & ~voted & meant);
};

/** The role under which somebody stands in a group today. */
const slipOf = (circle: Circle, person: number, may: Crowd, town: Town): Slip => {
  const slip = circle.slips.find((each) => each.person === person);
  if (slip !== undefined && has(stillThere(circle, may, town), person)) return slip;
  const role = circle.pools.find((each) => has(town.roles[each] ?? nobody, person));
  return { person, role: role ?? null };
};

const handed = (
  circle: Circle,
  box: Box,
  gone: Crowd,
  { from, to }: Given,
  may: Crowd,
  town: Town,
): Circle => {
  const { bar } = box;
  const fresh = named(bar, to, may & ~circle.apart, town);
  const kept = circle.slips.filter(({ person }) => !has(circle.gone | gone, person));
  const joins = { ...circle, pools: fresh.pools, slips: [], replaced: nobody };
  const members = inPools(joins, may, town);
  const staying = placesIn(holders(circle, may, town) & ~agents & ~gone & ~members).map((person) =>
    slipOf(circle, person, may, town),
  );
  const back = placesIn(circle.replaced & members).map((person) =>
    slipOf(joins, person, may, town),
  );
  const slips = once([...kept, ...(from === null ? staying : []), ...fresh.slips, ...back]);
  const pools = from === null ? fresh.pools : [...new Set([...circle.pools, ...fresh.pools])];
  return {
    ...circle,
    slips,
    pools,
    gone: nobody,
    replaced: (circle.replaced | gone) & ~crowdOf(slips) & ~members,
    bar: Math.max(wanted(box, circle), barFor(bar, slips.length)),
  };
};

export const reassigned = (sheet: Sheet, given: Given, town: Town, now: number): Told => {
  const { by, from, to, reason } = given;
  const of = caseOf(sheet, { by, yes: true, level: null, hash: null, reason }, town, now);
  const place = openPlace(sheet);
  const own = of.hats.reduce((crowd, { slot }) => crowd | only(slot), nobody);
  const all = (): Crowd => going(sheet, place, null, town).reduce((one, two) => one | two, nobody);
  const isTheirs = (): boolean =>
    from === null
      ? place >= 0 && all() !== nobody && (all() & ~own) === 0
      : has(own, placeOf(from));
  const rung = (): Rung => rungAt(sheet, place);
  const left = (): Sheet => withoutLeavers(sheet, place, town);
  const gone = (): readonly Crowd[] => going(left(), place, from, town);
  const may = mayHold(sheet, town);
  const circles = (): readonly Circle[] =>
    stageAt(left(), place).circles.map((circle, at) => {
      const crowd = gone()[at] ?? nobody;
      return from !== null && crowd === nobody
        ? written(rung(), circle, at)
        : handed(circle, boxAt(rung(), at), crowd, given, may, town);
    });
  const lacks = (): boolean => {
    const made = circles();
    const needs = made.map((circle, at) => wanted(boxAt(rung(), at), circle));
    const crowds = made.map((circle) => holders(circle, may, town));
    return lackOf(rung(), needs, crowds) !== null;
  };
  const rows: readonly Row[] = [
    ["forbidden", () => sheet.status === "pending" && !isAdmin(town, by) && !isTheirs()],
    ...ended,
    ["reason-required", () => lacksReason(reason)],
    ["unknown-approver", () => isUnknown(to, town)],
    ["separation-of-duties", () => askedBy(sheet, by)],
    ["level-not-open", () => place < 0],
    ["unprocessable", () => from !== null && gone().every((crowd) => size(crowd) === 0)],
    ["quorum-unreachable", lacks],
  ];
  return answered(rows, of, () => {
    const stage = stageAt(left(), place);
    const given = withStage(left(), place, { ...stage, circles: circles() });
    const kind = isPerson(by) ? "person" : "agent";
    return settled({ ...given, stuck: 0 }, place, `${kind}:${by}`, town);
  });
};

/** An amendment as it was said; levels count from 1, groups from 0. */
export interface Amended {
  readonly by: string;
  readonly skip: readonly number[];
  readonly add: {
    readonly level: number;
    readonly group: number | null;
    readonly who: readonly Named[];
  } | null;
  readonly reason: string | null;
}

const isResolved = (sheet: Sheet, level: number): boolean =>
  ["approved", "denied"].includes(sheet.stages[level - 1]?.state ?? "");

const cannotSkip = (sheet: Sheet, level: number): boolean => {
  const rung = sheet.rungs[level - 1];
  return (
    rung === undefined ||
    isResolved(sheet, level) ||
    sheet.stages[level - 1]?.state === "open" ||
    rung.unskippable
  );
};

const cannotAdd = (sheet: Sheet, { level, group }: NonNullable<Amended["add"]>): boolean => {
  const rung = sheet.rungs[level - 1];
  if (rung === undefined || isResolved(sheet, level)) return true;
  // The only group of inline approvers has another name.
  if (group !== null && sheet.inline) return true;
  if (group === null ? rung.boxes.length > 1 : rung.boxes[group] === undefined) return true;
  return sheet.stages[level - 1]?.state === "skipped" && !sheet.allSkipped;
};

/** The chain with what was amended, whatever is open. */
const withChain = (sheet: Sheet, { skip, add }: Amended): Sheet => ({
  ...sheet,
  amendedAway: [...sheet.amendedAway, ...skip.map((level) => level - 1)],
  rungs: sheet.rungs.map((rung, place) =>
    place + 1 !== add?.level
      ? rung
      : {
          ...rung,
          boxes: rung.boxes.map((box, at) =>
            at === (add.group ?? 0) ? { ...box, sources: [...box.sources, ...add.who] } : box,
          ),
        },
  ),
});

/** The open level with people who were added: they join pools; elsewhere they raise the bar. */
const joined = (
  sheet: Sheet,
  place: number,
  { group, who }: NonNullable<Amended["add"]>,
  town: Town,
): Sheet => {
  const stage = stageAt(sheet, place);
  const rung = rungAt(sheet, place);
  const may = mayHold(sheet, town) & ~apartAt(sheet, place);
  const circles = stage.circles.map((circle, at) => {
    const box = boxAt(rung, at);
    if (at !== (group ?? 0)) return written(rung, circle, at);
    const kept = circle.slips.filter(({ person }) => !has(circle.gone, person));
    const fresh = named(box.bar, who, may, town);
    const slips = once([...kept, ...fresh.slips]);
    return {
      ...circle,
      slips,
      pools: [...new Set([...circle.pools, ...fresh.pools])],
      gone: nobody,
      replaced: circle.replaced & ~crowdOf(slips),
      bar: Math.max(wanted(box, circle), barFor(box.bar, slips.length)),
    };
  });
  return { ...withStage(sheet, place, { ...stage, circles }), stuck: 0 };
};

const taken = (sheet: Sheet, { add }: Amended, town: Town): Sheet => {
  const place = openPlace(sheet);
  if (place >= 0) {
    const left = withoutLeavers(sheet, place, town);
    return add?.level === place + 1 ? joined(left, place, add, town) : left;
  }
  return add !== null && sheet.allSkipped ? start(sheet, add.level - 1, town, true).sheet : sheet;
};

export const amended = (sheet: Sheet, said: Amended, town: Town, now: number): Told => {
  const { by, skip, add, reason } = said;
  const of = caseOf(sheet, { by, yes: true, level: null, hash: null, reason }, town, now);
  const rows: readonly Row[] = [
    ["forbidden", () => !isAdmin(town, by)],
    ...ended,
    ["reason-required", () => lacksReason(reason)],
    ["unprocessable", () => skip.some((level) => cannotSkip(sheet, level))],
    ["unprocessable", () => add !== null && cannotAdd(sheet, add)],
    ["unknown-approver", () => add !== null && isUnknown(add.who, town)],
    ["separation-of-duties", () => askedBy(sheet, by)],
  ];
  return answered(rows, of, () => {
    const next = taken(withChain(sheet, said), said, town);
    const place = openPlace(next);
    return place < 0 ? next : settled(next, place, `person:${by}`, town);
  });
};
