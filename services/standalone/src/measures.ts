import { measuresOf as projections } from "@countersign/projector/measures.ts";
import type { Measure } from "@countersign/runtime/metrics.ts";
import { measuresOf as timers } from "@countersign/scheduler/measures.ts";
import type { Services } from "./open-services.ts";

/** Sentences about what cannot do its work yet, or any more. */
export const notReady = ({ commander, readModels, scheduler }: Services): readonly string[] => [
  ...(commander.ready() ? [] : ["People and definitions are still being read."]),
  ...readModels
    .filter((projection) => !projection.isLive())
    .map(({ name }) => `The read model ${name} has not caught up.`),
  ...(scheduler.isLive() ? [] : ["Timers are still being planned."]),
];

/** What `/metrics` shows besides the process's and the gateway's own. */
export const measuresOf = ({ readModels, relays, scheduler }: Services): readonly Measure[] => [
  ...projections(readModels),
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
  ...timers(scheduler),
];
