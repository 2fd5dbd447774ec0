import type { RunEvent } from "./run.ts";

/** The shape in which run events are written today. */
export const RUN_SCHEMA_VERSION = 1;

const types: ReadonlySet<string> = new Set<RunEvent["type"]>([
  "CostReserved",
  "CostSettled",
  "CostReleased",
]);

/**
 * A stored event as today's. `data` is the stored JSON text. Throws on a type or version that this build does not
 * know: an older build must not guess at what a newer one wrote.
 */
export const decodeRunEvent = (type: string, data: string, schemaVersion: number): RunEvent => {
  if (!types.has(type) || schemaVersion !== RUN_SCHEMA_VERSION) {
    throw new Error(`Unknown run event ${type} in version ${schemaVersion}.`);
  }
  return { type, data: JSON.parse(data) } as RunEvent;
};
