import type { Measure } from "@countersign/runtime/metrics.ts";
import type { Scheduler } from "./scheduler.ts";

/** What `/metrics` shows of a scheduler. */
export const measuresOf = (scheduler: Scheduler): readonly Measure[] => [
  {
    name: "timers_published_total",
    help: "Due timers published since the start, repetitions included.",
    kind: "counter",
    read: () => scheduler.published(),
  },
  {
    name: "timers_in_hand",
    help: "Due timers whose effect has not been seen yet.",
    kind: "gauge",
    read: () => scheduler.inHand(),
  },
  {
    name: "timers_lag_seconds",
    help: "Time between the last event that concerned timers and the moment it was projected.",
    kind: "gauge",
    read: () => scheduler.lagMs() / 1000,
  },
];
