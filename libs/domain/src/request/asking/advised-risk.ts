import type { JsonObject } from "../../json.ts";

/** The asker's risk snapshot without what only a configured advisor says. */
export const askersRisk = (snapshot: JsonObject): JsonObject => {
  if (!Object.hasOwn(snapshot, "advisor_score")) return snapshot;
  const { advisor_score: _, ...rest } = snapshot;
  return rest;
};

/**
 * The snapshot with an advisor's score, 0 to 1, or null where it gave none in time. `score` is the higher of the two, so
 * that nobody lowers their own risk; `advisor_score` is what automatic approval is held against.
 */
export const advisedRisk = (snapshot: JsonObject, advised: number | null): JsonObject => {
  const { score } = snapshot;
  const own = typeof score === "number" ? score : null;
  const highest = own === null || advised === null ? (own ?? advised) : Math.max(own, advised);
  return {
    ...askersRisk(snapshot),
    ...(highest === null ? {} : { score: highest }),
    advisor_score: advised,
  };
};
