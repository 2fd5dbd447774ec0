import type { SlaMarks } from "@countersign/domain/topic/sla.ts";
import type { TopicEvent } from "@countersign/domain/topic/topic.ts";
import type { History } from "./history.ts";
import { violation, type LogEntry, type Violation } from "./log-entry.ts";

/** One stay of a topic in a state, and what was said about its time. */
interface Stay {
  readonly state: string;
  readonly marks: SlaMarks | null;
  warned: boolean;
  breached: boolean;
}

const marksFault = (marks: SlaMarks, number: number, at: string): string | null => {
  if (marks.generation !== number) {
    return `its marks are of stay ${marks.generation}, but this is stay ${number}.`;
  }
  const early = [marks.warningAt, marks.breachAt].find((mark) => mark !== null && mark < at);
  return early === undefined ? null : `its mark ${early} lies before the stay began.`;
};

const reachedFault = (
  { type, data }: Extract<TopicEvent, { type: "SlaWarning" | "SlaBreached" }>,
  stay: Stay | null,
  at: string,
): string | null => {
  const isWarning = type === "SlaWarning";
  const marks = stay?.marks ?? null;
  const dueAt = isWarning ? marks?.warningAt : marks?.breachAt;
  if (stay === null || marks === null || marks.generation !== data.generation) {
    return `${type} is of a stay that is over, or that has no marks.`;
  }
  if (data.state !== stay.state) {
    return `${type} names ${data.state}, but the topic is in ${stay.state}.`;
  }
  if (data.dueAt !== dueAt) {
    return `${type} was due at ${data.dueAt}, but ${dueAt ?? "no time"} is recorded.`;
  }
  if (at < data.dueAt) {
    return `${type} came before ${data.dueAt}.`;
  }
  return (isWarning ? stay.warned || stay.breached : stay.breached)
    ? `${type} came a second time, or after the breach.`
    : null;
};

const enteredBy = (
  event: TopicEvent,
): { readonly state: string; readonly sla: SlaMarks | null } | null => {
  switch (event.type) {
    case "TopicCreated":
      return { state: event.data.state, sla: event.data.sla ?? null };
    case "TransitionCompleted":
      return { state: event.data.to, sla: event.data.sla ?? null };
    case "TransitionRejected":
      return event.data.state === event.data.from
        ? null
        : { state: event.data.state, sla: event.data.sla ?? null };
    default:
      return null;
  }
};

const topicFaults = (entries: readonly LogEntry[]): Violation[] => {
  const found: Violation[] = [];
  let stay: Stay | null = null;
  let stays = 0;
  for (const entry of entries) {
    const event = { type: entry.type, data: entry.data } as TopicEvent;
    const at = entry.metadata.occurredAt;
    const entered = enteredBy(event);
    let fault: string | null = null;
    if (entered !== null) {
      stays += 1;
      stay = { state: entered.state, marks: entered.sla, warned: false, breached: false };
      fault = entered.sla === null ? null : marksFault(entered.sla, stays, at);
    } else if (event.type === "SlaWarning" || event.type === "SlaBreached") {
      fault = reachedFault(event, stay, at);
      if (stay !== null) {
        stay.warned ||= event.type === "SlaWarning";
        stay.breached ||= event.type === "SlaBreached";
      }
    }
    if (fault !== null) found.push(violation("I7", entry, fault));
  }
  return found;
};

/**
 * I7 for topics: the marks of a state take effect at most once a stay, never early, and never for another stay than the
 * one they were recorded for.
 */
export const topicMarks = (history: History): Violation[] =>
  [...history.category("topic")].flatMap(topicFaults);
