import { dateMs } from "@countersign/domain/policy/compare-fact.ts";
import { fieldsOf } from "./fields.ts";
import type { KeptRead } from "./read-gates.ts";
import type { Reading } from "./reading.ts";
import type { Cursor } from "./tree.ts";
import { readId, readJsonObject, readList, readText } from "./values.ts";

const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const shape = {
  what: "a calendar",
  keys: ["id", "zone", "hours", "holidays", "name", "description"],
};
const hoursShape = { what: "a calendar's hours", keys: days };

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

const readHours = (reading: Reading, cursor: Cursor): void => {
  const fields = fieldsOf(reading, cursor, hoursShape);
  let open = false;
  for (const day of days) {
    let end = -1;
    for (const item of readList(reading, fields?.get(day))) {
      const text = readText(reading, item, 20);
      const read = text === null ? null : windowOf(text);
      if (text !== null && read === null) {
        reading.fault("bad-hours", item, "Hours look like 09:00-17:00 and end after they begin.");
      } else if (read !== null && read[0] < end) {
        reading.fault("bad-hours", item, "These hours begin before the ones above end.");
      }
      end = read?.[1] ?? end;
      open ||= read !== null;
    }
  }
  if (!open && fields !== null) {
    reading.warn("never-opens", cursor, "This calendar has no hours: its timers never run.");
  }
};

/** One calendar: zone, weekly hours, holidays; kept as JSON. */
export const readCalendar = (reading: Reading, cursor: Cursor): KeptRead | null => {
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
  const hours = fields.get("hours");
  if (hours !== undefined) {
    readHours(reading, hours);
  }
  for (const item of readList(reading, fields.get("holidays"), 1_000)) {
    const date = readText(reading, item, 40);
    if (date !== null && (!/^\d{4}-\d{2}-\d{2}$/.test(date) || dateMs(date) === null)) {
      reading.fault("bad-date", item, "A holiday is a date such as 2026-12-25.");
    }
  }
  return id === null ? null : { id, content: readJsonObject(reading, cursor), cursor };
};
