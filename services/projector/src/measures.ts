import type { Measure } from "@countersign/runtime/metrics.ts";
import type { ProjectionFigures } from "@countersign/subscriptions/run-projection.ts";

/** What can be measured about projections, by read model. */
export const measuresOf = (running: readonly ProjectionFigures[]): Measure[] => {
  const each = (read: (projection: ProjectionFigures) => number) => () =>
    new Map(running.map((projection) => [projection.name, read(projection)]));
  const label = "read_model";
  return [
    {
      name: "projection_live",
      help: "1 once the read model has caught up, until it fails.",
      kind: "gauge",
      label,
      read: each((projection) => (projection.isLive() ? 1 : 0)),
    },
    {
      name: "projection_position",
      help: "Position of the last event projected since the start.",
      kind: "gauge",
      label,
      read: each((projection) => Number(projection.position())),
    },
    {
      name: "projection_lag_seconds",
      help: "Time between the last event projected and its projection.",
      kind: "gauge",
      label,
      read: each((projection) => projection.lagMs() / 1_000),
    },
    {
      name: "projection_events_total",
      help: "Events projected since the start.",
      kind: "counter",
      label,
      read: each((projection) => projection.events()),
    },
  ];
};
