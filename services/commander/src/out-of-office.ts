import ICAL from "ical.js";
import { canBeRead } from "./series.ts";

/** A time away, ISO 8601 UTC, half open. */
export interface Absence {
  readonly startsAt: string;
  readonly endsAt: string;
  readonly reason: string | null;
}

/** What is wrong in a calendar file, and where: `line 12`, `event 2: DTEND`. */
export interface CalendarFault {
  readonly path: string;
  readonly message: string;
}

export type ReadCalendar =
  | { readonly ok: true; readonly absences: readonly Absence[] }
  | { readonly ok: false; readonly faults: readonly CalendarFault[] };

/** Absences of one file, occurrences of series counted: each becomes a delegation. */
const MOST = 100;
const MAX_REASON = 1_000;
const DAY_MS = 86_400_000;

class Faulty extends Error {
  override readonly name = "Faulty";
  readonly fault: CalendarFault;

  constructor(path: string, message: string) {
    super(message);
    this.fault = { path, message };
  }
}

const isZone = (zone: string): boolean => {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
};

/** What a zone's clocks show at an instant, as if it were UTC. */
const shownIn = (zone: string, ms: number): number => {
  const parts = new Intl.DateTimeFormat("en-US-u-ca-iso8601", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(new Date(ms));
  const of = (type: string): number =>
    Number(parts.find((part) => part.type === type)?.value ?? Number.NaN);
  return Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second"));
};

/** The instant at which a zone's clocks show this; of an hour that is skipped, the one after it. */
const instantIn = (zone: string, shown: number): number => {
  const guess = shown - (shownIn(zone, shown) - shown);
  return guess - (shownIn(zone, guess) - shown);
};

/** Milliseconds of a time. One without a zone of its own is read in the zone that its property names, else the person's. */
const millisecondsOf = (time: ICAL.Time, tzid: string | null, ownZone: string): number => {
  const known = !time.isDate && time.zone !== ICAL.Timezone.localTimezone;
  if (known && time.zone.tzid !== "floating") return time.toUnixTime() * 1000;
  const shown = Date.UTC(time.year, time.month - 1, time.day, time.hour, time.minute, time.second);
  return instantIn(tzid ?? ownZone, shown);
};

interface Placed {
  readonly component: ICAL.Component;
  readonly path: string;
}

const textOf = (component: ICAL.Component, property: string): string => {
  const value = component.getFirstPropertyValue(property);
  return typeof value === "string" ? value.toUpperCase() : "";
};

const isOutOfOffice = ({ component }: Placed): boolean =>
  textOf(component, "x-microsoft-cdo-busystatus") === "OOF";

/** What takes nobody away: called off, or marked as free time. */
const isFree = ({ component }: Placed): boolean => textOf(component, "transp") === "TRANSPARENT";

const tzidOf = ({ component, path }: Placed, property: string): string | null => {
  const tzid = component.getFirstProperty(property)?.getFirstParameter("tzid") ?? null;
  if (tzid === null || tzid === "") return null;
  const inFile = component.getTimeZoneByID(tzid) !== null;
  if (!inFile && !isZone(tzid))
    throw new Faulty(
      `${path}: ${property.toUpperCase()}`,
      `The time zone ${tzid} is neither in the file nor known here.`,
    );
  return inFile ? null : tzid;
};

const absencesOf = (placed: Placed, ownZone: string): Absence[] => {
  const { component, path } = placed;
  if (component.getFirstProperty("dtstart") === null)
    throw new Faulty(`${path}: DTSTART`, "The event has no start.");
  const tzid = tzidOf(placed, "dtstart");
  const endTzid = tzidOf(placed, "dtend") ?? tzid;
  const event = new ICAL.Event(component);
  const summary = event.summary ?? "";
  const reason = summary === "" ? null : summary.slice(0, MAX_REASON);
  const absence = (start: ICAL.Time, end: ICAL.Time | null): Absence => {
    const from = millisecondsOf(start, tzid, ownZone);
    const given = end === null ? from : millisecondsOf(end, endTzid, ownZone);
    // An event of whole days without an end is one day (RFC 5545, 3.6.1).
    const until = start.isDate && given === from ? from + DAY_MS : given;
    if (!(until > from))
      throw new Faulty(`${path}: DTEND`, "The event does not end after it starts.");
    return {
      startsAt: new Date(from).toISOString(),
      endsAt: new Date(until).toISOString(),
      reason,
    };
  };
  if (!event.isRecurring()) return [absence(event.startDate, event.endDate)];
  if (!canBeRead(component))
    throw new Faulty(
      `${path}: RRULE`,
      "The event repeats in a way that is not read here: write its days as events of their own.",
    );
  const found: Absence[] = [];
  const occurrences = event.iterator();
  for (let next = occurrences.next(); next; next = occurrences.next()) {
    if (found.length >= MOST)
      throw new Faulty(
        `${path}: RRULE`,
        `The event repeats more than ${MOST} times: give the series an end.`,
      );
    const { startDate, endDate } = event.getOccurrenceDetails(next);
    found.push(absence(startDate, endDate));
  }
  return found;
};

/** The parser quotes the line it could not read, joined with those that continue it: its number is looked up. */
const lineOf = (text: string, message: string): string => {
  const index = text
    .split(/\r?\n/)
    .findIndex(
      (line) => line !== "" && (message.includes(`"${line}`) || message.includes(`'${line}`)),
    );
  return index < 0 ? "file" : `line ${index + 1}`;
};

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

const calendarIn = (text: string): ICAL.Component => {
  try {
    const parsed: unknown = ICAL.parse(text);
    if (Array.isArray(parsed) && parsed[0] === "vcalendar") return new ICAL.Component(parsed);
  } catch (error) {
    throw new Faulty(lineOf(text, messageOf(error)), `This is no calendar: ${messageOf(error)}.`);
  }
  throw new Faulty("line 1", "The file must hold one calendar (BEGIN:VCALENDAR).");
};

/**
 * The times away in an iCalendar file (RFC 5545) that are not over at `now` (milliseconds). When some events are
 * marked as out of office only these count, otherwise all that are neither called off nor marked as free. Whole days
 * and times without a zone are read in `zone` (IANA). All or nothing: a file with a fault gives its faults.
 */
export const readOutOfOffice = (text: string, zone: string, now: number): ReadCalendar => {
  const faults: CalendarFault[] = [];
  const absences: Absence[] = [];
  try {
    const calendar = calendarIn(text);
    const changes = calendar
      .getAllSubcomponents("vtimezone")
      .flatMap((zone) => zone.getAllSubcomponents());
    if (!changes.every(canBeRead))
      throw new Faulty(
        "VTIMEZONE",
        "This time zone changes its clocks in a way that is not read here.",
      );
    const events = calendar
      .getAllSubcomponents("vevent")
      .map((component, index): Placed => ({ component, path: `event ${index + 1}` }))
      .filter(
        ({ component }) =>
          textOf(component, "status") !== "CANCELLED" && !component.hasProperty("recurrence-id"),
      );
    const marked = events.filter(isOutOfOffice);
    const counted = marked.length > 0 ? marked : events.filter((event) => !isFree(event));
    for (const event of counted) {
      try {
        absences.push(...absencesOf(event, zone));
      } catch (error) {
        faults.push(
          error instanceof Faulty ? error.fault : { path: event.path, message: messageOf(error) },
        );
      }
    }
  } catch (error) {
    if (!(error instanceof Faulty)) throw error;
    faults.push(error.fault);
  }
  const coming = absences.filter(({ endsAt }) => Date.parse(endsAt) > now);
  if (faults.length === 0 && coming.length === 0)
    faults.push({ path: "file", message: "There is no time away in it that is still to come." });
  if (faults.length === 0 && coming.length > MOST)
    faults.push({ path: "file", message: `At most ${MOST} times away are imported at once.` });
  return faults.length > 0 ? { ok: false, faults } : { ok: true, absences: coming };
};
