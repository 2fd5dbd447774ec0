import { weekdays, type Calendar } from "@countersign/domain/definition/calendar.ts";
import { offsetsFrom } from "./zone-offsets.ts";

export const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** 1970-01-01, day 0, was a Thursday. */
const THURSDAY = 3;

/** Milliseconds from local midnight, half open. */
interface Window {
  readonly from: number;
  readonly until: number;
}

/** A calendar made ready: windows of the weekdays from Monday on, and holidays as days since 1970. */
export interface OpenHours {
  readonly zone: string;
  readonly week: readonly (readonly Window[])[];
  readonly holidays: ReadonlySet<number>;
  readonly opens: boolean;
}

const minutes = (text: string): number => {
  const [hours = "", rest = ""] = text.split(":");
  return Number(hours) * 60 + Number(rest);
};

const windowOf = (text: string): Window => {
  const [from = "", until = ""] = text.split("-");
  return { from: minutes(from) * MINUTE_MS, until: minutes(until) * MINUTE_MS };
};

/** Reads a calendar that was found free of faults. */
export const openHours = ({ zone, hours, holidays }: Calendar): OpenHours => {
  const week = weekdays.map((day) => (hours[day] ?? []).map(windowOf));
  return {
    zone,
    week,
    holidays: new Set(holidays.map((date) => Date.parse(date) / DAY_MS)),
    opens: week.some((windows) => windows.length > 0),
  };
};

/** A stretch of business time; milliseconds since 1970, half open. */
export interface OpenSpan {
  readonly from: number;
  readonly until: number;
  /** The local date, in days since 1970, and what to add to an instant for local time. */
  readonly day: number;
  readonly offset: number;
}

/**
 * Business time from `start` to `end`, in order. An instant is business time when the clock on the wall shows a time
 * inside a window of a day that is no holiday. So an hour that is skipped counts nothing, a window that would open in
 * it opens at its end, and an hour that is shown twice counts twice.
 */
export function* openSpans(
  { zone, week, holidays, opens }: OpenHours,
  start: number,
  end: number,
): Generator<OpenSpan, void, undefined> {
  if (!opens) return;
  for (const { from: spanFrom, until: spanUntil, offset } of offsetsFrom(zone, start)) {
    if (spanFrom >= end) return;
    const from = Math.max(spanFrom, start);
    const until = Math.min(spanUntil, end);
    for (let day = Math.floor((from + offset) / DAY_MS); ; day++) {
      const midnight = day * DAY_MS - offset;
      if (midnight >= until) break;
      if (holidays.has(day)) continue;
      for (const window of week[(((day + THURSDAY) % 7) + 7) % 7] ?? []) {
        const opening = Math.max(midnight + window.from, from);
        const closing = Math.min(midnight + window.until, until);
        if (opening < closing) yield { from: opening, until: closing, day, offset };
      }
    }
  }
}
