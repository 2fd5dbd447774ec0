import { isZone } from "./zone-offsets.ts";

const formats = new Map<string, Intl.DateTimeFormat>();

const formatOf = (zone: string): Intl.DateTimeFormat => {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      timeZoneName: "longOffset",
    });
    formats.set(zone, format);
  }
  return format;
};

/**
 * An instant as the clocks of a zone show it, for notices: `2026-08-01T09:30:00+02:00`. In a zone that this build does
 * not know it is UTC.
 */
export const localTime = (iso: string, zone: string): string => {
  const parts = new Map(
    formatOf(isZone(zone) ? zone : "UTC")
      .formatToParts(Date.parse(iso))
      .map(({ type, value }) => [type, value]),
  );
  const of = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? "";
  const offset = of("timeZoneName").replace("GMT", "") || "+00:00";
  const date = `${of("year").padStart(4, "0")}-${of("month")}-${of("day")}`;
  return `${date}T${of("hour")}:${of("minute")}:${of("second")}${offset}`;
};
