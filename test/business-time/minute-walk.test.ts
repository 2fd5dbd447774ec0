import { businessTimeFrom } from "@countersign/business-time/business-time.ts";
import { expect, test } from "vitest";
import { makeDice } from "../testkit/simulation/dice.ts";
import { walk, walkDays } from "./minute-walk.ts";
import { allZones, question, type Question } from "./random-calendars.ts";

const MOST_MINUTES = 6 * 24 * 60;

/** What a clock on the wall says, counted minute by minute; null when that takes more than some days. */
const walked = ({ calendar, start, count, unit }: Question): number | null =>
  (unit === "m" ? walk : walkDays)(calendar, start, count, MOST_MINUTES);

const computed = ({ calendar, start, count, unit }: Question, zone = calendar.zone): number => {
  const time = businessTimeFrom("any")(new Map([["odd", { ...calendar, zone }]]));
  return Date.parse(
    time.after("odd", new Date(start).toISOString(), `${count}${unit}`)?.at ?? "none",
  );
};

interface Disagreement {
  readonly question: Question;
  readonly walked: number;
  readonly computed: number;
}

/** Where the two disagree over so many zones, and how many answers were compared. */
const compare = (
  seed: string,
  zones: readonly string[],
  compute: (asked: Question) => number,
): { readonly compared: number; readonly disagreements: readonly Disagreement[] } => {
  const dice = makeDice(seed);
  let compared = 0;
  const disagreements: Disagreement[] = [];
  for (const zone of zones) {
    const asked = question(dice, zone);
    const onTheWall = walked(asked);
    if (onTheWall === null) continue;
    compared += 1;
    const found = compute(asked);
    if (found !== onTheWall)
      disagreements.push({ question: asked, walked: onTheWall, computed: found });
  }
  return { compared, disagreements };
};

test("business time is what a clock on the wall shows, minute by minute, in every zone", () => {
  expect(allZones.length).toBeGreaterThan(400);
  const { compared, disagreements } = compare("every zone", allZones, computed);
  expect(compared).toBeGreaterThan(300);
  expect(disagreements).toEqual([]);
});

test("the clock on the wall catches who takes local hours for hours of another zone", () => {
  const { disagreements } = compare("another zone", allZones.slice(0, 60), (asked) =>
    computed(asked, "UTC"),
  );
  expect(disagreements.length).toBeGreaterThan(20);
});

test("the clock on the wall catches who keeps the offset of the start", () => {
  const fixed = (asked: Question): number => {
    const half = new Intl.DateTimeFormat("en", {
      timeZone: asked.calendar.zone,
      timeZoneName: "longOffset",
    }).format(asked.start);
    const [, sign = "+", hours = "0", minutes = "00"] = /GMT([+-])(\d\d):(\d\d)$/.exec(half) ?? [];
    const shift = (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
    return computed({ ...asked, start: asked.start + shift }, "UTC") - shift;
  };
  const { disagreements } = compare("one offset", allZones.slice(0, 120), fixed);
  expect(disagreements.length).toBeGreaterThan(10);
});
