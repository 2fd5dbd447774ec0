import type { Measure } from "@countersign/runtime/metrics.ts";
import type { Services } from "./open-services.ts";

/** Sentences about what cannot do its work yet, or any more. */
export const notReady = ({ commander, projector, scheduler }: Services): readonly string[] => [
  ...(commander.ready() ? [] : ["People and definitions are still being read."]),
  ...projector.running
    .filter((projection) => !projection.isLive())
    .map(({ name }) => `The read model ${name} has not caught up.`),
  ...(scheduler.isLive() ? [] : ["Timers are still being planned."]),
];

/** What `/metrics` shows besides the process's and the gateway's own. */
export const measuresOf = ({ projector, relays, scheduler }: Services): readonly Measure[] => [
  {
    name: "projection_lag_seconds",
    help: "Time between the last event of a read model and the moment it was projected.",
    kind: "gauge",
    label: "read_model",
    read: () => new Map(projector.running.map(({ name, lagMs }) => [name, lagMs() / 1000])),
  },
  {
    name: "projection_events_total",
    help: "Events projected since the start.",
    kind: "counter",
    label: "read_model",
    read: () => new Map(projector.running.map(({ name, events }) => [name, events()])),
  },
  {
    name: "relay_published_total",
    help: "Events published since the start.",
    kind: "counter",
    read: () => relays.reduce((sum, relay) => sum + relay.published(), 0),
  },
  {
    name: "relay_retries_total",
    help: "Publications that had to be tried again since the start.",
    kind: "counter",
    read: () => relays.reduce((sum, relay) => sum + relay.retries(), 0),
  },
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
];
