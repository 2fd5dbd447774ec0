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
    name: "timers_unheard",
    help: "Due timers that were repeated for ten minutes without an effect.",
    kind: "gauge",
    read: () => scheduler.unheard(),
  },
  {
    name: "timers_leading",
    help: "1 while this scheduler publishes, 0 while another one does.",
    kind: "gauge",
    read: () => (scheduler.leads() ? 1 : 0),
  },
  {
    name: "timers_lag_seconds",
    help: "Time between the last event that concerned timers and the moment it was projected.",
    kind: "gauge",
    read: () => scheduler.lagMs() / 1000,
  },
];
