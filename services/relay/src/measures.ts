import type { Measure } from "@countersign/runtime/metrics.ts";
import type { Relay } from "./relay.ts";

/** What `/metrics` shows of a relay. */
export const measuresOf = (relay: Relay): readonly Measure[] => [
  {
    name: "relay_published_total",
    help: "Events published since the start.",
    kind: "counter",
    read: () => relay.published(),
  },
  {
    name: "relay_retries_total",
    help: "Publications that had to be tried again since the start.",
    kind: "counter",
    read: () => relay.retries(),
  },
  {
    name: "relay_position",
    help: "Position of the last event that was published; 0 before the first since the start.",
    kind: "gauge",
    read: () => Number(relay.position()),
  },
];
