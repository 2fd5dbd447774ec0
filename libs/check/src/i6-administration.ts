import type { ApiKeyEvent } from "@countersign/domain/directory/api-key.ts";
import type { StandingGrantEvent } from "@countersign/domain/standing-grant/standing-grant.ts";
import type { History } from "./history.ts";
import { basisOf, violation, type LogEntry, type Violation } from "./log-entry.ts";

type Granted = ApiKeyEvent | StandingGrantEvent;

const isGranted = (type: string): boolean =>
  type === "ApiKeyIssued" ||
  type === "ApiKeyRevoked" ||
  type === "StandingGrantCreated" ||
  type === "StandingGrantRevoked";

/** The end that was given to a key or a standing grant; null: none. */
const endOf = (event: Granted): string | null => {
  if (event.type === "ApiKeyIssued") return event.data.expiresAt;
  return event.type === "StandingGrantCreated" ? event.data.endsAt : null;
};

/** Keys and standing grants are made once, with an end that is not over, and end once. */
const madeAndEnded = (entries: readonly LogEntry[]): Violation[] => {
  const found: Violation[] = [];
  const open = new Map<string, boolean>();
  for (const entry of entries) {
    if (!isGranted(entry.type)) continue;
    const event = { type: entry.type, data: entry.data } as Granted;
    const { id } = event.data;
    const isEnd = event.type === "ApiKeyRevoked" || event.type === "StandingGrantRevoked";
    const end = endOf(event);
    if (isEnd ? open.get(id) !== true : open.has(id)) {
      found.push(
        violation(
          "I6",
          entry,
          `${entry.type} of ${id}, which ${isEnd ? "does not stand" : "was made before"}.`,
        ),
      );
    } else if (end !== null && Date.parse(end) <= Date.parse(entry.metadata.occurredAt)) {
      found.push(violation("I6", entry, `${id} was made although it was over at ${end}.`));
    }
    open.set(id, !isEnd);
  }
  return found;
};

/**
 * I6, as far as a log shows it: keys and standing grants begin and end once, by somebody who was an admin when it was
 * decided. An agent's credential may have a scope for it, which no event tells.
 */
export const administered = (history: History): Violation[] => {
  const found: Violation[] = [];
  for (const category of ["directory", "definition"]) {
    for (const entries of history.category(category)) {
      found.push(...madeAndEnded(entries));
      for (const entry of entries) {
        const { actor } = entry.metadata;
        const revision = basisOf(entry)?.directory;
        if (!isGranted(entry.type) || actor.kind !== "person" || revision === undefined) continue;
        if (!history.org(entry).directory.at(revision).isAdmin(actor.id)) {
          found.push(
            violation("I6", entry, `${actor.id} was no admin when ${entry.type} was taken.`),
          );
        }
      }
    }
  }
  return found;
};
