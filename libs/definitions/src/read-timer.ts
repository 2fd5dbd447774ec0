import { businessDays, durationMs } from "@countersign/domain/policy/duration.ts";
import type { Reading } from "./reading.ts";
import type { Cursor } from "./tree.ts";
import { readDuration } from "./values.ts";

/** Which calendar a timer follows: one named beside it, the org's if it has one, or none whatever the org has. */
export type Follows = "own" | "org" | "none";

/** A timer that counts days: what they mean depends on a calendar, known once the whole file was read. */
export interface CountedDays extends Cursor {
  readonly follows: Follows;
  /** `1bd`, which needs a calendar; otherwise `1d`, which a calendar makes 24 hours that are open. */
  readonly working: boolean;
}

const DAY_MS = 86_400_000;
const MOST_DAYS = 3_650;
const days = /^(?:\d+[dw]|P\d+[DW].*)$/;

/** The duration of a timer, as written: like any other, and working days (`1bd`) where a calendar counts. */
export const readTimer = (
  reading: Reading,
  cursor: Cursor | undefined,
  follows: Follows,
): string | null => {
  const node = cursor?.node;
  const count =
    node?.kind === "scalar" && typeof node.value === "string" ? businessDays(node.value) : null;
  if (cursor === undefined || node?.kind !== "scalar" || count === null) {
    const duration = readDuration(reading, cursor);
    if (duration !== null && cursor !== undefined && days.test(duration)) {
      reading.countedDays.push({ ...cursor, follows, working: false });
    }
    return duration;
  }
  if (count < 1 || count > MOST_DAYS) {
    const message = "A duration is longer than nothing and at most 3,650 days.";
    reading.fault("bad-duration", cursor, message);
    return null;
  }
  reading.countedDays.push({ ...cursor, follows, working: true });
  return node.text;
};

/** Milliseconds of plain time that pass at least until a timer is due: hours of work are never longer than hours. */
export const leastMs = (duration: string): number => {
  const working = businessDays(duration);
  return working === null ? (durationMs(duration) ?? 0) : (working - 1) * DAY_MS;
};

/** Whether the first is due before the other, whatever the calendar; days of work and hours cannot be compared. */
export const isEarlier = (one: string, other: string): boolean => {
  const [oneDays, otherDays] = [businessDays(one), businessDays(other)];
  if (oneDays !== null && otherDays !== null) return oneDays < otherDays;
  if (oneDays !== null || otherDays !== null) return false;
  return (durationMs(one) ?? 0) < (durationMs(other) ?? 0);
};
