import type { BusinessTimeOf } from "@countersign/domain/business-time.ts";
import { elapse } from "./elapse.ts";
import { openHours, type OpenHours } from "./open-hours.ts";
import { isZone } from "./zone-offsets.ts";

/**
 * Business time over the zone data of this machine; `zoneData` is its version, recorded with every instant. A calendar
 * is made ready when it is first asked for.
 */
export const businessTimeFrom =
  (zoneData: string): BusinessTimeOf =>
  (calendars) => {
    const ready = new Map<string, OpenHours>();
    return {
      after(calendarId, startIso, duration) {
        const calendar = calendars.get(calendarId);
        if (calendar === undefined || !isZone(calendar.zone)) return null;
        let hours = ready.get(calendarId);
        if (hours === undefined) ready.set(calendarId, (hours = openHours(calendar)));
        const ms = elapse(hours, Date.parse(startIso), duration);
        return ms === null
          ? null
          : { at: new Date(ms).toISOString(), zone: calendar.zone, zoneData };
      },
    };
  };
