import type { DirectoryEvent } from "./directory.ts";

/** The shape in which directory events are written today. */
export const DIRECTORY_SCHEMA_VERSION = 1;

const types: ReadonlySet<string> = new Set<DirectoryEvent["type"]>([
  "PersonChanged",
  "PersonRemoved",
  "RoleChanged",
  "AgentChanged",
  "ApiKeyIssued",
  "ApiKeyRevoked",
]);

/**
 * A stored event as today's. `data` is the stored JSON text. Throws on a type or version that this build does not
 * know: an older build must not guess at what a newer one wrote.
 */
export const decodeDirectoryEvent = (
  type: string,
  data: string,
  schemaVersion: number,
): DirectoryEvent => {
  if (!types.has(type) || schemaVersion !== DIRECTORY_SCHEMA_VERSION) {
    throw new Error(`Unknown directory event ${type} in version ${schemaVersion}.`);
  }
  return { type, data: JSON.parse(data) } as DirectoryEvent;
};
