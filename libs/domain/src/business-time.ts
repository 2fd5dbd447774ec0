import type { Calendar } from "./definition/calendar.ts";

/** An instant that was found by a calendar, with what it was found by. */
export interface BusinessInstant {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly zone: string;
  /** Version of the zone data, such as `2025c`: another one may give another instant. */
  readonly zoneData: string;
}

/** Business time by the org's active calendars. */
export interface BusinessTime {
  /**
   * When so much business time has passed since `startIso`; `1bd` is the same time on the next working day. Null for
   * a calendar that is unknown, in a zone that this build does not know, or a duration that is none: the caller counts
   * plain time then. A calendar that never opens answers with an instant a century away.
   */
  after(calendarId: string, startIso: string, duration: string): BusinessInstant | null;
}

/** Makes the business time of one org; called again only when its calendars changed. */
export type BusinessTimeOf = (calendars: ReadonlyMap<string, Calendar>) => BusinessTime;
