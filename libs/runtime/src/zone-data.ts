/** Version of the time zone data that this process computes with, such as `2025c`. */
export const zoneDataVersion = (): string => process.versions.tz ?? "unknown";
