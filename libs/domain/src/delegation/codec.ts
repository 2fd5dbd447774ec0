import type { DelegationEvent } from "./delegation.ts";

/** The shape in which delegation events are written today. */
const SCHEMA_VERSION = 1;

const types: ReadonlySet<string> = new Set<DelegationEvent["type"]>([
  "DelegationCreated",
  "DelegationRevoked",
]);

/**
 * A stored event as today's. `data` is the stored JSON text. Throws on a type or version that this build does not
 * know: an older build must not guess at what a newer one wrote.
 */
export const decodeDelegationEvent = (
  type: string,
  data: string,
  schemaVersion: number,
): DelegationEvent => {
  if (!types.has(type) || schemaVersion !== SCHEMA_VERSION) {
    throw new Error(`Unknown delegation event ${type} in version ${schemaVersion}.`);
  }
  return { type, data: JSON.parse(data) } as DelegationEvent;
};
