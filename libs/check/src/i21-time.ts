import type { RequestEvent } from "@countersign/domain/request/events.ts";
import type { History } from "./history.ts";
import { violation, type LogEntry, type Violation } from "./log-entry.ts";

/** What may be recorded at or after a request's deadline: its expiry, and what follows an end. */
const afterDeadline = new Set([
  "RequestExpired",
  "GrantConsumed",
  "ExecutionReported",
  "DeliveryStuck",
]);

const ends = new Set(["RequestApproved", "RequestDenied", "RequestExpired", "RequestCancelled"]);

const deadlineFaults = (entries: readonly LogEntry[]): Violation[] => {
  const found: Violation[] = [];
  const add = (entry: LogEntry, message: string) => found.push(violation("I21", entry, message));
  let deadline: string | null = null;
  let ended = false;
  for (const entry of entries) {
    const event = { type: entry.type, data: entry.data } as RequestEvent;
    const now = Date.parse(entry.metadata.occurredAt);
    if (event.type === "RequestSubmitted") {
      deadline = event.data.expiresAt;
    } else if (entry.type === "ExpiryExtended") {
      const { expiresAt } = entry.data as { readonly expiresAt?: string | null };
      deadline = expiresAt ?? null;
    }
    if (event.type === "RequestExpired") {
      // At a level's due mark it may expire before its own time; that the mark stood so is seen from its plan.
      const mark = event.data.timer?.dueAt ?? null;
      const isMark =
        mark === event.data.dueAt &&
        (deadline === null || Date.parse(mark) <= Date.parse(deadline));
      if (event.data.dueAt !== deadline && !isMark) {
        const due = deadline ?? "never";
        add(entry, `expired as due at ${event.data.dueAt}, although it was due ${due}.`);
      } else if (now < Date.parse(event.data.dueAt)) {
        add(entry, `expired before ${event.data.dueAt}.`);
      }
    } else if (!ended && deadline !== null && now >= Date.parse(deadline)) {
      if (!afterDeadline.has(entry.type)) {
        add(entry, `${entry.type} was accepted at or after the deadline ${deadline}.`);
      }
    }
    ended ||= ends.has(entry.type);
  }
  return found;
};

/**
 * I21: time never goes back within a stream, and a command counts only before the deadline, by the clock that was read
 * just before the append.
 */
export const timeGoesOn = (history: History): Violation[] => {
  const found: Violation[] = [];
  for (const entries of history.streams.values()) {
    let last = Number.NEGATIVE_INFINITY;
    for (const entry of entries) {
      const { occurredAt } = entry.metadata;
      const at = Date.parse(occurredAt);
      if (Number.isNaN(at)) {
        found.push(violation("I21", entry, `${occurredAt} is no time.`));
      } else if (at < last) {
        found.push(violation("I21", entry, `${entry.type} happened before what it follows.`));
      }
      last = Math.max(last, Number.isNaN(at) ? last : at);
    }
  }
  for (const entries of history.category("request")) {
    found.push(...deadlineFaults(entries));
  }
  return found;
};
