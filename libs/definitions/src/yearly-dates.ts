/** What repeats every year, as in an iCalendar file: `FREQ=YEARLY` with what holidays need of it. */
export interface Yearly {
  /** Every so many years. */
  readonly interval: number;
  /** Occurrences in all, or null. */
  readonly count: number | null;
  /** The last day, `2030-12-31`, or null. */
  readonly until: string | null;
  /** 1 to 12. */
  readonly month: number;
  /** A day of that month, or the nth weekday in it: `{weekday: 4, nth: -1}` is its last Thursday, from Sunday as 0. */
  readonly day: number | { readonly weekday: number; readonly nth: number };
}

const DAY_MS = 86_400_000;

const dateIn = (year: number, month: number, day: number): string =>
  new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10);

const daysIn = (year: number, month: number): number =>
  new Date(Date.UTC(year, month, 0)).getUTCDate();

const weekdayOf = (year: number, month: number, day: number): number =>
  new Date(Date.UTC(year, month - 1, day)).getUTCDay();

/** The day of a month that a rule means in one year; null when that year has none, as with 29 February. */
const dayIn = (year: number, { month, day }: Yearly): number | null => {
  const length = daysIn(year, month);
  if (typeof day === "number") return day <= length ? day : null;
  const { weekday, nth } = day;
  const first = ((weekday - weekdayOf(year, month, 1) + 7) % 7) + 1;
  const last = first + Math.floor((length - first) / 7) * 7;
  const found = nth > 0 ? first + (nth - 1) * 7 : last + (nth + 1) * 7;
  return found >= 1 && found <= length ? found : null;
};

/** Days of a series that began on `start` (`2020-05-01`), up to the end of `lastYear`. */
export const yearlyDates = (rule: Yearly, start: string, lastYear: number): readonly string[] => {
  const dates: string[] = [];
  for (let year = Number(start.slice(0, 4)); year <= lastYear; year += rule.interval) {
    const day = dayIn(year, rule);
    const date = day === null ? null : dateIn(year, rule.month, day);
    if (date === null || date < start) continue;
    if (rule.until !== null && date > rule.until) break;
    dates.push(date);
    if (dates.length === rule.count) break;
  }
  return dates;
};

/** So many days after a date. */
export const dayAfter = (date: string, days: number): string =>
  new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10);
