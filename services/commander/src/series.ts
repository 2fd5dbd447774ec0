import ICAL from "ical.js";

/** The longest interval: a thousand weeks are nineteen years. */
const LONGEST_INTERVAL = 1_000;

/** Which parts a series may choose its days by, for each frequency; all else may have no day at all. */
const chosenBy: Readonly<Record<string, readonly string[]>> = {
  DAILY: ["BYDAY"],
  WEEKLY: ["BYDAY"],
  MONTHLY: ["BYDAY", "BYMONTHDAY"],
  YEARLY: ["BYDAY", "BYMONTHDAY", "BYMONTH"],
};

const isReadable = ({ freq, interval, parts }: ICAL.Recur): boolean => {
  const names = Object.keys(parts);
  const allowed = chosenBy[freq];
  if (allowed === undefined || !(interval >= 1 && interval <= LONGEST_INTERVAL)) return false;
  if (!names.every((name) => allowed.includes(name))) return false;
  // Every seventh day from a Monday is never a Tuesday, and every twelfth month may have no 31st.
  return interval === 1 || freq === "YEARLY" || freq === "WEEKLY" || names.length === 0;
};

/**
 * Whether the occurrences of an event can be read: those of some series do not exist, and looking for the next one
 * would never end (30 February, every seventh day on a Tuesday from a Monday on).
 */
export const canBeRead = (event: ICAL.Component): boolean =>
  event.getAllProperties("rrule").every((property) => {
    const rule = property.getFirstValue();
    return rule instanceof ICAL.Recur && isReadable(rule);
  });
