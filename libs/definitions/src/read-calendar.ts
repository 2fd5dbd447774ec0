import { weekdays, type Calendar, type Weekday } from "@countersign/domain/definition/calendar.ts";
import { dateMs } from "@countersign/domain/policy/compare-fact.ts";
import { fieldsOf } from "./fields.ts";
import { holidaysOf, isCalendarFile, MOST_HOLIDAYS, NoHolidays } from "./holidays-file.ts";
import type { Reading } from "./reading.ts";
import type { Cursor } from "./tree.ts";
import { readId, readList, readName, readText } from "./values.ts";

const shape = {
  what: "a calendar",
  keys: ["id", "zone", "hours", "holidays", "name", "description"],
};
const hoursShape = { what: "a calendar's hours", keys: weekdays };

const window = /^([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/;

/** Minutes of a window from midnight, or null when it is none or ends before it begins. */
const windowOf = (text: string): readonly [number, number] | null => {
  const parts = window.exec(text);
  if (parts === null) {
    return null;
  }
  const [, fromHour, fromMinute, toHour = "24", toMinute = "00"] = parts;
  const from = Number(fromHour) * 60 + Number(fromMinute);
  const to = Number(toHour) * 60 + Number(toMinute);
  return from < to ? [from, to] : null;
};

/** Whether the time zone is one that this build knows. */
export const isZone = (zone: string): boolean => {
  try {
    return (
      /^[A-Za-z][\w+/-]*$/.test(zone) && Intl.DateTimeFormat("en", { timeZone: zone }) !== null
    );
  } catch {
    return false;
  }
};

const readHours = (reading: Reading, cursor: Cursor): Calendar["hours"] => {
  const fields = fieldsOf(reading, cursor, hoursShape);
  const hours: Partial<Record<Weekday, readonly string[]>> = {};
  let written = false;
  for (const day of weekdays) {
    const windows: string[] = [];
    let end = -1;
    for (const item of readList(reading, fields?.get(day))) {
      written = true;
      const text = readText(reading, item, 20);
      const read = text === null ? null : windowOf(text);
      if (text !== null && read === null) {
        reading.fault("bad-hours", item, "Hours look like 09:00-17:00 and end after they begin.");
      } else if (read !== null && read[0] < end) {
        reading.fault("bad-hours", item, "These hours begin before the ones above end.");
      } else if (text !== null) {
        windows.push(text);
      }
      end = read?.[1] ?? end;
    }
    if (windows.length > 0) hours[day] = windows;
  }
  if (fields !== null && !written) {
    reading.warn("never-opens", cursor, "This calendar has no hours: its timers never run.");
  }
  return hours;
};

/** Longest iCalendar file, in characters: an import as a whole is hardly longer. */
const LONGEST_FILE = 350_000;

const readHolidaysFile = (reading: Reading, cursor: Cursor): readonly string[] => {
  const text = readText(reading, cursor, LONGEST_FILE);
  if (text === null) {
    return [];
  }
  if (!isCalendarFile(text)) {
    const message = "Holidays are a list of dates, or the text of an iCalendar file.";
    reading.fault("bad-date", cursor, message, "Such a text begins with BEGIN:VCALENDAR.");
    return [];
  }
  try {
    return holidaysOf(text);
  } catch (error) {
    if (!(error instanceof NoHolidays)) {
      throw error;
    }
    reading.fault("bad-date", cursor, error.message);
    return [];
  }
};

const readHolidays = (reading: Reading, cursor: Cursor | undefined): readonly string[] => {
  if (cursor?.node.kind === "scalar" && typeof cursor.node.value === "string") {
    return readHolidaysFile(reading, cursor);
  }
  const dates = new Set<string>();
  for (const item of readList(reading, cursor, MOST_HOLIDAYS)) {
    const date = readText(reading, item, 40);
    if (date !== null && (!/^\d{4}-\d{2}-\d{2}$/.test(date) || dateMs(date) === null)) {
      reading.fault("bad-date", item, "A holiday is a date such as 2026-12-25.");
    } else if (date !== null) {
      dates.add(date);
    }
  }
  return [...dates].sort();
};

/** One calendar: zone, weekly hours, holidays. */
export const readCalendar = (reading: Reading, cursor: Cursor): Calendar | null => {
  const fields = fieldsOf(reading, cursor, shape);
  if (fields === null) {
    return null;
  }
  for (const key of ["id", "zone", "hours"]) {
    if (fields.get(key) === undefined) {
      reading.missing(cursor, key, `A calendar needs \`${key}\`.`);
    }
  }
  const id = readId(reading, fields.get("id"));
  const place = fields.get("zone");
  const zone = readText(reading, place, 64);
  if (zone !== null && place !== undefined && !isZone(zone)) {
    reading.fault("unknown-zone", place, `There is no time zone \`${zone}\`.`);
  }
  const hoursPlace = fields.get("hours");
  const hours = hoursPlace === undefined ? {} : readHours(reading, hoursPlace);
  const name = readName(reading, fields.get("name"));
  const holidays = readHolidays(reading, fields.get("holidays"));
  return id === null || zone === null ? null : { id, name, zone, hours, holidays };
};
