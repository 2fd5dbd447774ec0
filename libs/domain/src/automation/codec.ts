import type { AutomationEvent } from "./automation.ts";

/** The shape in which runs are written today. */
const SCHEMA_VERSION = 1;

/** A stored event as today's; `data` is its JSON text. Throws on a type or version that this build does not know. */
export const decodeAutomationEvent = (
  type: string,
  data: string,
  schemaVersion: number,
): AutomationEvent => {
  if (type !== "AutomationRan" || schemaVersion !== SCHEMA_VERSION) {
    throw new Error(`Unknown automation event ${type} in version ${schemaVersion}.`);
  }
  return { type, data: JSON.parse(data) as AutomationEvent["data"] };
};
