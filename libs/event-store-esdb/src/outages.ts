import type { Clock } from "@countersign/runtime/clock.ts";
import type { EsdbMetrics } from "./settings.ts";

/** Milliseconds between two sentences in the log. */
const SAY_MS = 5_000;
/** Milliseconds after a failed attempt in which the store counts as away: the next may take long to fail. */
const AWAY_MS = 60_000;

const AWAY = "EventStoreDB does not answer; it is tried again.";

/** What subscriptions find out about a store that is away. */
export interface Outages {
  /** To be wired into the store's settings. */
  readonly metrics: EsdbMetrics;
  /** A sentence while the store is away, as readiness wants it; else nothing. */
  notReady(): readonly string[];
}

/** Says in the log every few seconds that the store does not answer, as long as subscriptions try to reach it in vain. */
export const watchOutages = (
  clock: Clock,
  log: { warn(fields: object, message: string): void },
): Outages => {
  let said = Number.NEGATIVE_INFINITY;
  let failed = Number.NEGATIVE_INFINITY;
  return {
    metrics: {
      subscribed() {
        failed = Number.NEGATIVE_INFINITY;
      },
      resubscribed(reason) {
        if (reason !== "outage") return;
        failed = clock.monotonic();
        if (failed - said < SAY_MS) return;
        said = failed;
        log.warn({}, AWAY);
      },
    },
    notReady: () => (clock.monotonic() - failed < AWAY_MS ? [AWAY] : []),
  };
};
