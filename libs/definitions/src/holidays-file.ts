import ICAL from "ical.js";
import { dayAfter, yearlyDates, type Yearly } from "./yearly-dates.ts";

/** Why the text of an iCalendar file gives no holidays, in one sentence. */
export class NoHolidays extends Error {
  override readonly name = "NoHolidays";
}

/** What repeats every year is taken from the first to the last of these years, and at most so many dates in all. */
const FIRST_YEAR = 2020;
const LAST_YEAR = 2069;
export const MOST_HOLIDAYS = 2_000;
const DAY_MS = 86_400_000;
const date = /^\d{4}-\d{2}-\d{2}$/;
const parts = new Set([
  "FREQ",
  "INTERVAL",
  "COUNT",
  "UNTIL",
  "BYMONTH",
  "BYMONTHDAY",
  "BYDAY",
  "WKST",
]);
const weekdays = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];

/** Whether a holiday's text is an iCalendar file (RFC 5545) rather than a date. */
export const isCalendarFile = (text: string): boolean => /^\s*BEGIN:VCALENDAR/i.test(text);

const said = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const componentOf = (text: string): ICAL.Component => {
  try {
    const parsed: unknown = ICAL.parse(text.trim());
    if (Array.isArray(parsed) && parsed[0] === "vcalendar") return new ICAL.Component(parsed);
  } catch (error) {
    throw new NoHolidays(`This is no iCalendar file: ${said(error)}.`, { cause: error });
  }
  throw new NoHolidays("This has to be one calendar, from BEGIN:VCALENDAR to END:VCALENDAR.");
};

/** Dates of a property that stands once or several times, such as `DTSTART` and `EXDATE`. */
const datesOf = (event: ICAL.Component, property: string, place: string): readonly string[] =>
  event.getAllProperties(property).flatMap((each) =>
    each.getValues().map((value) => {
      const text = String(value);
      if (!date.test(text) || Number.isNaN(Date.parse(text)))
        throw new NoHolidays(`${place} has a ${property.toUpperCase()} that is no whole day.`);
      return text;
    }),
  );

/**
 * The rule of a series, when it repeats every year on a day of a month or on its nth weekday: what holidays do. Others
 * are refused, because what they mean is easily read in more ways than one.
 */
const yearlyOf = (text: string, start: string, place: string): Yearly => {
  const refused = new NoHolidays(
    `${place} repeats in a way that is not taken (${text}): every year on a date or on the nth weekday of a month is, and single days are.`,
  );
  const rule = new Map(
    text.split(";").map((part): [string, string] => {
      const [key = "", value = ""] = part.toUpperCase().split("=");
      return [key, value];
    }),
  );
  const whole = (key: string, otherwise: number): number => {
    const value = Number(rule.get(key) ?? otherwise);
    if (!Number.isInteger(value) || value < 1) throw refused;
    return value;
  };
  if (rule.get("FREQ") !== "YEARLY" || [...rule.keys()].some((key) => !parts.has(key)))
    throw refused;
  const by = rule.get("BYDAY");
  const [, nth = "", weekday = ""] = /^([+-]?[1-5])(SU|MO|TU|WE|TH|FR|SA)$/.exec(by ?? "") ?? [];
  const isNth = by !== undefined;
  if (isNth && (weekday === "" || !rule.has("BYMONTH") || rule.has("BYMONTHDAY"))) throw refused;
  const until = rule.get("UNTIL")?.replace(/^(\d{4})-?(\d\d)-?(\d\d).*$/, "$1-$2-$3") ?? null;
  if (until !== null && !date.test(until)) throw refused;
  const month = whole("BYMONTH", Number(start.slice(5, 7)));
  const day = whole("BYMONTHDAY", Number(start.slice(8, 10)));
  if (month > 12 || day > 31) throw refused;
  return {
    interval: whole("INTERVAL", 1),
    count: rule.has("COUNT") ? whole("COUNT", 1) : null,
    until,
    month,
    day: isNth ? { weekday: weekdays.indexOf(weekday), nth: Number(nth) } : day,
  };
};

const addEvent = (event: ICAL.Component, place: string, dates: Set<string>): void => {
  const [start] = datesOf(event, "dtstart", place);
  if (start === undefined) throw new NoHolidays(`${place} has no start.`);
  const [end = dayAfter(start, 1)] = datesOf(event, "dtend", place);
  const length = Math.max(1, (Date.parse(end) - Date.parse(start)) / DAY_MS);
  if (length > MOST_HOLIDAYS) throw new NoHolidays(`${place} lasts too long for a holiday.`);
  const rule = event.getFirstPropertyValue("rrule");
  if (
    event.hasProperty("duration") ||
    event.hasProperty("recurrence-id") ||
    event.hasProperty("rdate")
  )
    throw new NoHolidays(`${place} has a DURATION, RDATE or RECURRENCE-ID: write its days.`);
  const starts =
    rule === null
      ? [start]
      : yearlyDates(yearlyOf(String(rule), start, place), start, LAST_YEAR).filter(
          (each) => Number(each.slice(0, 4)) >= FIRST_YEAR,
        );
  const without = new Set(datesOf(event, "exdate", place));
  for (const first of starts) {
    if (without.has(first)) continue;
    for (let day = 0; day < length; day++) dates.add(dayAfter(first, day));
    if (dates.size > MOST_HOLIDAYS)
      throw new NoHolidays(`At most ${MOST_HOLIDAYS} days are taken as holidays.`);
  }
};

/**
 * The dates of an iCalendar file's events, sorted: whole days, several for a long one, those of a yearly series from
 * 2020 to 2069. What was called off counts nothing. Throws `NoHolidays` for a file with a fault, with none, or with
 * too many.
 */
export const holidaysOf = (text: string): readonly string[] => {
  const dates = new Set<string>();
  for (const [index, event] of componentOf(text).getAllSubcomponents("vevent").entries()) {
    if (String(event.getFirstPropertyValue("status")).toUpperCase() === "CANCELLED") continue;
    const place = `Event ${index + 1}`;
    try {
      addEvent(event, place, dates);
    } catch (error) {
      if (error instanceof NoHolidays) throw error;
      throw new NoHolidays(`${place} cannot be read: ${said(error)}.`, { cause: error });
    }
  }
  if (dates.size === 0) throw new NoHolidays("There is no holiday in it.");
  return [...dates].sort();
};
