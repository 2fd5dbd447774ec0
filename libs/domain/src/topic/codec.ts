import type { TopicEvent } from "./topic.ts";

/** The shape in which topic events are written today. */
export const TOPIC_SCHEMA_VERSION = 1;

const types: ReadonlySet<string> = new Set<TopicEvent["type"]>([
  "TopicCreated",
  "AttributesChanged",
  "TransitionBlocked",
  "TransitionCompleted",
  "TransitionRejected",
  "SlaWarning",
  "SlaBreached",
]);

/**
 * A stored event as today's. `data` is the stored JSON text. Throws on a type or version that this build does not
 * know: an older build must not guess at what a newer one wrote.
 */
export const decodeTopicEvent = (type: string, data: string, schemaVersion: number): TopicEvent => {
  if (!types.has(type) || schemaVersion !== TOPIC_SCHEMA_VERSION) {
    throw new Error(`Unknown topic event ${type} in version ${schemaVersion}.`);
  }
  return { type, data: JSON.parse(data) } as TopicEvent;
};
