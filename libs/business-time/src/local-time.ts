import { isZone, offsetsFrom } from "./zone-offsets.ts";

const twoDigits = (value: number): string => String(value).padStart(2, "0");

/**
 * An instant as clocks in a zone show it, ISO 8601 with their offset: `2026-07-01T11:30:00.000+02:00`. Null for a zone
 * that this build does not know.
 */
export const localTime = (iso: string, zone: string): string | null => {
  if (!isZone(zone)) return null;
  const ms = Date.parse(iso);
  const span = offsetsFrom(zone, ms).next().value;
  if (span === undefined) return null;
  const shown = new Date(ms + span.offset).toISOString().slice(0, -1);
  const minutes = Math.round(Math.abs(span.offset) / 60_000);
  const sign = span.offset < 0 ? "-" : "+";
  return `${shown}${sign}${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
};
