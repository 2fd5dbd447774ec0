import { plainMs } from "../../policy/duration.ts";
import type { Duration, LevelPlan } from "../../policy/policy.ts";
import type { Reference } from "../../reference.ts";
import { isoAfter } from "../asking/expiry.ts";

/**
 * Whether a timer of this level that starts at `startAt` would be due sooner with `after` than as written, by the
 * calendar that it follows; null when `after` is no duration, or none that lasts.
 */
export const isSooner = (
  after: string,
  written: Duration,
  startAt: string,
  { calendar }: LevelPlan,
  { definition, businessTime }: Reference,
): boolean | null => {
  const id = calendar ?? definition.defaults.calendar;
  const ms = plainMs(after);
  if (ms === null || ms <= 0) return null;
  const dueAt = (duration: string): string =>
    (id === null ? null : businessTime?.after(id, startAt, duration))?.at ??
    isoAfter(startAt, plainMs(duration) ?? 0);
  return dueAt(after) < dueAt(written);
};
