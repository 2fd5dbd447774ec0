import { calendarAsToday, type Calendar } from "./calendar.ts";
import type { DefinitionState } from "./definition.ts";

/**
 * The newest version of each calendar, those that are out of use included: a request pinned to an earlier version of
 * its policy may still name one, and must not go over to plain time, in which everything is due sooner.
 */
export const everyCalendar = ({ entries }: DefinitionState): ReadonlyMap<string, Calendar> => {
  const calendars = new Map<string, Calendar>();
  for (const versions of entries.values()) {
    const newest = versions.at(-1);
    if (newest?.kind === "calendar") calendars.set(newest.id, calendarAsToday(newest.content));
  }
  return calendars;
};
