import type { RequestEvent } from "@countersign/domain/request/events.ts";
import type { TopicEvent } from "@countersign/domain/topic/topic.ts";
import type { History } from "./history.ts";
import { orgOf, violation, type LogEntry, type Violation } from "./log-entry.ts";

/** The events of one command in one stream: they stand together, agree on its body, and none stands twice. */
const commandFaults = (entries: readonly LogEntry[]): Violation[] => {
  const found: Violation[] = [];
  const seen = new Map<string, LogEntry>();
  const told = new Set<string>();
  for (const entry of entries) {
    const { commandId, commandHash } = entry.metadata;
    const before = seen.get(commandId);
    const content = JSON.stringify([commandId, entry.type, entry.data]);
    if (before !== undefined && before.revision + 1n !== entry.revision) {
      found.push(violation("I12", entry, `command ${commandId} had its effect a second time.`));
    } else if (before !== undefined && told.has(content)) {
      found.push(
        violation("I12", entry, `command ${commandId} made the same ${entry.type} twice.`),
      );
    }
    if (before !== undefined && before.metadata.commandHash !== commandHash) {
      const message = `command ${commandId} was accepted with two bodies.`;
      found.push(violation("I12", entry, message));
    }
    seen.set(commandId, entry);
    told.add(content);
  }
  return found;
};

/** Each approval ends a topic's wait once, and each topic waits for an approval once. */
const topicFaults = (entries: readonly LogEntry[]): Violation[] => {
  const found: Violation[] = [];
  const blocked = new Set<string>();
  const ended = new Set<string>();
  for (const entry of entries) {
    const event = { type: entry.type, data: entry.data } as TopicEvent;
    const ids = "approvalIds" in event.data ? event.data.approvalIds : [];
    const once = event.type === "TransitionBlocked" ? blocked : ended;
    for (const id of ids) {
      if (once.has(id)) {
        found.push(violation("I12", entry, `${entry.type} by ${id} a second time.`));
      }
      once.add(id);
    }
  }
  return found;
};

/**
 * I12: the same command twice has the effect of once, and the same key with another body has none: no event id stands
 * twice, a command's events stand together, one ask makes one request, one approval moves a topic once.
 */
export const once = (history: History): Violation[] => {
  const found: Violation[] = [];
  const eventIds = new Set<string>();
  const asks = new Map<string, LogEntry>();
  for (const entry of history.log) {
    if (eventIds.has(entry.eventId)) {
      found.push(violation("I12", entry, `event id ${entry.eventId} stands twice.`));
    }
    eventIds.add(entry.eventId);
    const event = { type: entry.type, data: entry.data } as RequestEvent;
    if (event.type === "RequestSubmitted") {
      const command = `${orgOf(entry)} ${entry.metadata.commandId}`;
      const before = asks.get(command);
      if (before !== undefined && before.stream !== entry.stream) {
        const message = `command ${entry.metadata.commandId} made two requests.`;
        found.push(violation("I12", entry, message));
      }
      asks.set(command, entry);
    }
  }
  for (const entries of history.streams.values()) {
    found.push(...commandFaults(entries));
  }
  for (const entries of history.category("topic")) {
    found.push(...topicFaults(entries));
  }
  return found;
};
