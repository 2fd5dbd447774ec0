import type { Calendar, Weekday } from "@countersign/domain/definition/calendar.ts";

const MINUTE_MS = 60_000;
const weekdayOf: Readonly<Record<string, Weekday>> = {
  Mon: "mon",
  Tue: "tue",
  Wed: "wed",
  Thu: "thu",
  Fri: "fri",
  Sat: "sat",
  Sun: "sun",
};

/** What a clock on the wall shows. */
export interface Shown {
  readonly weekday: Weekday;
  /** `2026-03-29` */
  readonly date: string;
  /** `02:30` */
  readonly time: string;
}

/** A clock on a wall of the zone, read through `Intl` alone. */
export const wallClock = (zone: string): ((ms: number) => Shown) => {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    weekday: "short",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  });
  const pattern = /^(\w{3}), (\d\d)\/(\d\d)\/(\d{4}), (\d\d:\d\d)$/;
  return (ms) => {
    const [, weekday = "", month = "", day = "", year = "", time = ""] =
      pattern.exec(format.format(ms)) ?? [];
    const known = weekdayOf[weekday];
    if (known === undefined) throw new Error(`This is no time: ${format.format(ms)}`);
    return { weekday: known, date: `${year}-${month}-${day}`, time };
  };
};

/** Local time minus UTC in minutes. */
export const offsetOf = ({ date, time }: Shown, ms: number): number =>
  (Date.parse(`${date}T${time}:00Z`) - ms) / MINUTE_MS;

const isOpen = ({ hours, holidays }: Calendar, { weekday, date, time }: Shown): boolean =>
  !holidays.includes(date) &&
  (hours[weekday] ?? []).some((window) => {
    const [from = "", until = ""] = window.split("-");
    return from <= time && time < until;
  });

/**
 * When so many minutes of business time have passed: counted minute by minute with an eye on the clock on the wall.
 * Null when that takes longer than `most` minutes.
 */
export const walk = (
  calendar: Calendar,
  start: number,
  minutes: number,
  most: number,
): number | null => {
  const shown = wallClock(calendar.zone);
  let left = minutes;
  for (let minute = 0; minute < most; minute++) {
    const now = start + minute * MINUTE_MS;
    if (isOpen(calendar, shown(now))) left -= 1;
    if (left === 0) return now + MINUTE_MS;
  }
  return null;
};

/** The first minute on a date that comes `count`th among the days of work and shows the start's time, or what is nearest. */
export const walkDays = (
  calendar: Calendar,
  start: number,
  count: number,
  most: number,
): number | null => {
  const shown = wallClock(calendar.zone);
  const { date: today, time } = shown(start);
  let day = today;
  let counted = 0;
  let closing: number | null = null;
  for (let minute = 0; minute < most; minute++) {
    const now = start + minute * MINUTE_MS;
    const there = shown(now);
    if (closing !== null && there.date > day) return closing;
    if (there.date < day || there.date === today || !isOpen(calendar, there)) {
      if (closing !== null && closing === now && there.date === day && there.time === time)
        return now;
      continue;
    }
    if (there.date > day) {
      day = there.date;
      counted += 1;
    }
    if (counted < count) continue;
    if (there.time >= time) return now;
    closing = now + MINUTE_MS;
  }
  return null;
};
