import { randomUUID } from "node:crypto";
import type { NewEvent, RecordedEvent } from "@countersign/event-store/event-store.ts";

/** An event that any store accepts; what a test cares about it names itself. */
export const anEvent = (overrides: Partial<NewEvent> = {}): NewEvent => ({
  eventId: randomUUID(),
  type: "VoteCast",
  data: JSON.stringify({ voter: "bo", decision: "approve" }),
  metadata: JSON.stringify({ actor: { kind: "person", id: "bo" } }),
  ...overrides,
});

/** `count` events that can be told apart by `n` in their data. */
export const someEvents = (count: number, label = "event"): NewEvent[] =>
  Array.from({ length: count }, (_, n) => anEvent({ data: JSON.stringify({ label, n }) }));

/** A category that no other test has used, because the store may be a server that is not empty. */
export const aCategory = (): string => `c${randomUUID().replaceAll("-", "")}`;

/** A stream nobody has written, in its own category. */
export const aStream = (): string => `${aCategory()}-acme.main`;

/** The ids of events, to compare what was delivered with what was appended. */
export const idsOf = (events: readonly (NewEvent | RecordedEvent)[]): string[] =>
  events.map((event) => event.eventId);

/** All that a read of the stream answers. */
export const allOf = async (events: AsyncIterable<RecordedEvent>): Promise<RecordedEvent[]> => {
  const all: RecordedEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
};
