import { businessDays, durationMs } from "@countersign/domain/policy/duration.ts";
import { DAY_MS, openSpans, type OpenHours } from "./open-hours.ts";
import { offsetsFrom } from "./zone-offsets.ts";

/** How far an instant is looked for: a century, ten times as far as anybody may write and beyond every expiry. */
const HORIZON_MS = 36_525 * DAY_MS;

/** The instant at which so many milliseconds of business time have passed; at closing it ends there. */
const afterOpenTime = (hours: OpenHours, start: number, ms: number): number => {
  const horizon = start + HORIZON_MS;
  let left = ms;
  for (const { from, until } of openSpans(hours, start, horizon)) {
    if (until - from >= left) return from + left;
    left -= until - from;
  }
  return horizon;
};

/**
 * The same local time on the `count`-th working day after the start's date. Before that day's hours, or between two of
 * its windows, it is the next opening; after them it is closing time.
 */
const afterWorkingDays = (hours: OpenHours, start: number, count: number): number => {
  const horizon = start + HORIZON_MS;
  let offset = 0;
  for (const span of offsetsFrom(hours.zone, start)) {
    offset = span.offset;
    break;
  }
  const today = Math.floor((start + offset) / DAY_MS);
  const time = start + offset - today * DAY_MS;
  let counted = 0;
  let lastDay = today;
  let closing: number | null = null;
  let met: number | null = null;
  for (const span of openSpans(hours, start, horizon)) {
    // A window that goes on after a change of the clocks had not closed at that very time.
    if (met !== null && span.from > met) return met;
    met = null;
    if (span.day > lastDay) {
      if (closing !== null) return closing;
      lastDay = span.day;
      counted += 1;
    }
    // Where clocks go back over midnight, the evening before may be shown once more: it is not the day looked for.
    if (counted < count || span.day < lastDay) continue;
    const wanted = span.day * DAY_MS + time - span.offset;
    if (wanted < span.until) return Math.max(span.from, wanted);
    closing = span.until;
    if (wanted === closing) met = closing;
  }
  return closing ?? horizon;
};

/**
 * When a duration of business time is over, in milliseconds since 1970; null when it is no duration. Hours, days and
 * weeks are counted in hours that are open: `1d` is 24 of them.
 */
export const elapse = (hours: OpenHours, start: number, duration: string): number | null => {
  const days = businessDays(duration);
  if (days !== null) return afterWorkingDays(hours, start, days);
  const ms = durationMs(duration);
  return ms === null ? null : afterOpenTime(hours, start, ms);
};
