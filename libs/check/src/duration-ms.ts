const DAY = 86_400_000;

const units: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: DAY,
  w: 7 * DAY,
  bd: DAY,
};

/** Milliseconds of a duration as policies write it, in plain time; null for what is none. */
export const writtenMs = (text: string): number | null => {
  const simple = /^([0-9]+)(s|m|h|d|w|bd)$/.exec(text);
  if (simple !== null) {
    return Number(simple[1]) * (units[simple[2] ?? ""] ?? 0);
  }
  const parts = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(text);
  if (parts === null) {
    return null;
  }
  const [, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = parts.map((part) =>
    Number(part ?? 0),
  );
  return (weeks * 7 + days) * DAY + (hours * 3_600 + minutes * 60 + seconds) * 1_000;
};
