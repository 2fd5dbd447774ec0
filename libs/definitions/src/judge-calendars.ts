import type { Reading } from "./reading.ts";
import type { Placed } from "./read-root.ts";
import { suggest } from "./suggest.ts";

/** What the org's timers follow once the file is imported; without the org's definitions, what the file says. */
const orgCalendar = (reading: Reading, placed: readonly Placed[]): string | null => {
  for (const { definition } of placed) {
    if (definition.kind === "defaults") return definition.content.calendar;
  }
  return reading.known?.definition?.defaults.calendar ?? null;
};

const faultUnknown = (reading: Reading, placed: readonly Placed[]): void => {
  const org = reading.known?.definition;
  if (org === undefined) return;
  const known = new Set(org.calendars.keys());
  for (const { definition } of placed) {
    if (definition.kind === "calendar") known.add(definition.id);
  }
  for (const { name, ...cursor } of reading.calendarNames) {
    if (known.has(name)) continue;
    const meant = suggest(name, [...known]);
    const hint = meant === undefined ? undefined : `Did you mean \`${meant}\`?`;
    reading.fault("unknown-name", cursor, `There is no calendar \`${name}\`.`, hint);
  }
};

/** Holds what follows calendars against those of the file and the org: names, working days, and days in hours. */
export const judgeCalendars = (reading: Reading, placed: readonly Placed[]): void => {
  faultUnknown(reading, placed);
  const org = orgCalendar(reading, placed);
  for (const { follows, working, ...cursor } of reading.countedDays) {
    const text = cursor.node.kind === "scalar" ? cursor.node.text : "";
    const counts = follows === "own" || (follows === "org" && org !== null);
    if (working && !counts) {
      const message = `Working days (\`${text}\`) need a calendar, and this follows none.`;
      const hint =
        follows === "none"
          ? "Write hours or days, or `business_hours: true` in an `sla`."
          : "Name a `calendar` in the level or in the org's `defaults`, or write hours or days.";
      reading.fault("bad-duration", cursor, message, hint);
    } else if (!working && counts) {
      const message = `By a calendar, the days of ${text} are 24 hours that are open each.`;
      reading.warn("ambiguous-day", cursor, message, "Write working days (`1bd`) or hours.");
    }
  }
};
