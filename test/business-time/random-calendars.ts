import { weekdays, type Calendar } from "@countersign/domain/definition/calendar.ts";
import type { Dice } from "../testkit/simulation/dice.ts";
import { offsetOf, wallClock, type Shown } from "./minute-walk.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Every zone that this build knows. */
export const allZones: readonly string[] = Intl.supportedValuesOf("timeZone");

const clockTime = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;

/** Up to three windows, often at night, where clocks are changed. */
const windows = (dice: Dice): readonly string[] => {
  const count = dice.between(0, 3);
  const edges = new Set<number>();
  while (edges.size < count * 2) {
    edges.add(dice.chance(0.5) ? dice.between(0, 299) : dice.between(1, 1_440));
  }
  const sorted = [...edges].sort((a, b) => a - b);
  return Array.from(
    { length: count },
    (_, index) => `${clockTime(sorted[index * 2] ?? 0)}-${clockTime(sorted[index * 2 + 1] ?? 0)}`,
  );
};

const offsetAt = (shown: (ms: number) => Shown, ms: number): number => offsetOf(shown(ms), ms);

/** Somewhen in a year from 1975 to 2049: if its clocks are changed in that year, mostly shortly before such a change. */
const moment = (dice: Dice, zone: string): number => {
  const shown = wallClock(zone);
  const year = Date.UTC(dice.between(1975, 2049), 0, 1);
  const changes: number[] = [];
  for (let day = 0; day < 365; day += 5) {
    const from = year + day * DAY_MS;
    if (offsetAt(shown, from) === offsetAt(shown, from + 5 * DAY_MS)) continue;
    for (let hour = 0; hour < 120; hour += 12) {
      const at = from + hour * HOUR_MS;
      if (offsetAt(shown, at) !== offsetAt(shown, at + 12 * HOUR_MS)) changes.push(at);
    }
  }
  const near = changes.length > 0 && dice.chance(0.9) ? dice.pick(changes) : null;
  const before = dice.between(0, 36 * 60) * 60_000;
  return near === null
    ? year + dice.between(0, 365 * 24 * 60) * 60_000
    : near + 12 * HOUR_MS - before;
};

/** A question that both the calendar and the clock on the wall can answer. */
export interface Question {
  readonly calendar: Calendar;
  readonly start: number;
  /** Minutes of business time, or working days. */
  readonly count: number;
  readonly unit: "m" | "bd";
}

/** A calendar with odd hours in this zone, and a duration that begins near a change of its clocks. */
export const question = (dice: Dice, zone: string): Question => {
  const start = moment(dice, zone);
  const dates = [0, 1, 2].map((day) => new Date(start + day * DAY_MS).toISOString().slice(0, 10));
  const calendar: Calendar = {
    id: "odd",
    name: null,
    zone,
    hours: Object.fromEntries(weekdays.map((day) => [day, windows(dice)])),
    holidays: dates.filter(() => dice.chance(0.15)),
  };
  return dice.chance(0.6)
    ? { calendar, start, count: dice.between(1, 600), unit: "m" }
    : { calendar, start, count: dice.between(1, 3), unit: "bd" };
};
