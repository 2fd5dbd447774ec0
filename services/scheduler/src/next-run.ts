import type { NextRun } from "@countersign/read-models/due/schedules.ts";
import { Cron } from "croner";

/**
 * The next instant of a schedule in its zone. An hour that the clock skips is run when it would have been, an hour that
 * it repeats once. A pattern that never comes true (30 February), or that this build does not understand, has none.
 */
export const nextRun: NextRun = ({ cron, zone }, afterMs) => {
  try {
    const next = new Cron(cron, { timezone: zone, paused: true }).nextRun(
      new Date(afterMs).toISOString(),
    );
    return next === null ? null : next.getTime();
  } catch {
    return null;
  }
};
