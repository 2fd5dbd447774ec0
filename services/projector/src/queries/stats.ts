import type { StatsReader } from "@countersign/read-models/stats/read-stats.ts";
import type { Reply } from "@countersign/messaging/bus.ts";
import type { Asked } from "../asked.ts";
import { optionalTime } from "../parameters.ts";
import { yes } from "../reply.ts";

/** Figures over the requests created in a period; an agent's are over its own. */
export const statsQuery = (reader: StatsReader, { org, viewer, parameters }: Asked): Reply => {
  const { principal } = viewer;
  const figures = reader.stats({
    org,
    from: optionalTime(parameters, "from") ?? null,
    to: optionalTime(parameters, "to") ?? null,
    agent: principal.kind === "agent" ? principal.id : null,
  });
  return yes(JSON.stringify(figures));
};
