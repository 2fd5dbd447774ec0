import { join } from "node:path";
import type { SharedStates } from "@countersign/read-models/request-states.ts";
import { StatsReader } from "@countersign/read-models/stats/read-stats.ts";
import { StatsProjection } from "@countersign/read-models/stats/stats-projection.ts";
import { readAsked } from "./asked.ts";
import { loadFrom } from "./load-from.ts";
import type { OpenPart, PartOptions } from "./open-part.ts";
import { statsQuery } from "./queries/stats.ts";
import type { Query } from "./serve.ts";

/** Opens the figures about requests. */
export const openStats = (
  { store, dataDir, clock, references, bootId }: PartOptions,
  states: SharedStates | undefined,
): OpenPart => {
  const projection = new StatsProjection({
    path: join(dataDir, "read-stats.db"),
    load: loadFrom(store, clock),
    ...(states === undefined ? {} : { states }),
    ...(bootId === undefined ? {} : { bootId }),
  });
  const reader = new StatsReader(projection);
  return {
    projection,
    file: projection.file,
    queries: new Map<string, Query>([
      ["stats", (org, message) => statsQuery(reader, readAsked(message, org, references.of(org)))],
    ]),
    release() {},
  };
};
