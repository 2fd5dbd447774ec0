const SECOND = 1_000;
const DAY = 86_400_000;

/** The longest duration anybody may write, in milliseconds: 3,650 days. Callers hold their durations against it. */
export const MAX_DURATION_MS = 3_650 * DAY;

const units: Readonly<Record<string, number>> = {
  s: SECOND,
  m: 60 * SECOND,
  h: 3_600 * SECOND,
  d: DAY,
  w: 7 * DAY,
};

const simple = /^([0-9]{1,12})([smhdw])$/;

/** Weeks stand alone; years and months have no fixed length and are left out. At least one part follows `P` and `T`. */
const iso =
  /^P(?:([0-9]{1,12})W|(?=[0-9T])(?:([0-9]{1,12})D)?(?:T(?=[0-9])(?:([0-9]{1,12})H)?(?:([0-9]{1,12})M)?(?:([0-9]{1,12})S)?)?)$/;

/**
 * Milliseconds of a duration: a whole number with `s m h d w` (`90s`, `24h`, `2w`) or ISO 8601 without years and months
 * (`PT4H`, `P1DT12H`). Null for anything else, business days (`1bd`) included: they need a calendar. Zero and lengths
 * over `MAX_DURATION_MS` are returned as they are, because only the caller knows its bounds.
 */
export const durationMs = (text: string): number | null => {
  const plain = simple.exec(text);
  if (plain !== null) {
    return Number(plain[1]) * (units[plain[2] ?? ""] ?? 0);
  }
  const parts = iso.exec(text);
  if (parts === null) {
    return null;
  }
  const [, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = parts;
  return (
    Number(weeks) * 7 * DAY +
    Number(days) * DAY +
    (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)) * SECOND
  );
};

const working = /^([0-9]{1,12})bd$/;

/** Working days of a duration such as `1bd`; null for every other. */
export const businessDays = (text: string): number | null => {
  const written = working.exec(text);
  return written === null ? null : Number(written[1]);
};

/** Milliseconds of a duration where no calendar counts: a working day is a day. Null when it is none. */
export const plainMs = (text: string): number | null => {
  const days = businessDays(text);
  return days === null ? durationMs(text) : days * DAY;
};
