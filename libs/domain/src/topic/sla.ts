import { plainMs } from "../policy/duration.ts";
import type { Reference } from "../reference.ts";
import type { TopicEvent, TopicState } from "./topic.ts";
import type { Sla, Workflow } from "./workflow.ts";

/** When a topic has stayed too long in a state; recorded once, when it comes into it. */
export interface SlaMarks {
  /** Which stay of the topic these belong to: 1 is where it was created, each move is one more. */
  readonly generation: number;
  /** ISO 8601, or null. */
  readonly warningAt: string | null;
  readonly breachAt: string | null;
  /** By what they were found; null for plain time. */
  readonly calendar: {
    readonly id: string;
    readonly zone: string;
    readonly zoneData: string;
  } | null;
}

/** The marks of the state in which a topic stands, and which of them were reached. */
export interface StandingSla extends SlaMarks {
  readonly warned: boolean;
  readonly breached: boolean;
}

/** From a due timer: counts only for the stay it was planned for, and when its time has come. */
export interface ReachMark {
  readonly mark: "warning" | "breach";
  readonly generation: number;
}

/** The state that an event brings a topic into; null when it stays where it is. */
const entered = (event: TopicEvent): string | null => {
  switch (event.type) {
    case "TopicCreated":
      return event.data.state;
    case "TransitionCompleted":
      return event.data.to;
    case "TransitionRejected":
      return event.data.state === event.data.from ? null : event.data.state;
    default:
      return null;
  }
};

const marksOf = (
  { warning, breach, businessHours }: Sla,
  generation: number,
  now: string,
  { definition, businessTime }: Reference,
): SlaMarks => {
  const id = businessHours ? definition.defaults.calendar : null;
  let calendar: SlaMarks["calendar"] = null;
  const after = (duration: string | null): string | null => {
    if (duration === null) return null;
    if (id !== null) {
      const found = businessTime?.after(id, now, duration) ?? null;
      if (found !== null) {
        calendar = { id, zone: found.zone, zoneData: found.zoneData };
        return found.at;
      }
    }
    const ms = plainMs(duration);
    return ms === null ? null : new Date(Date.parse(now) + ms).toISOString();
  };
  const [warningAt, breachAt] = [after(warning), after(breach)];
  return { generation, warningAt, breachAt, calendar };
};

/**
 * Events of one decision on a topic with the marks of the state in which it comes to stand, when its workflow gives
 * that state any. States that it only passes get none.
 */
export const withSla = (
  events: readonly TopicEvent[],
  before: TopicState,
  workflow: Workflow | undefined,
  now: string,
  reference: Reference,
): readonly TopicEvent[] => {
  const last = events.findLastIndex((event) => entered(event) !== null);
  const event = events[last];
  if (event === undefined) return events;
  const state = entered(event);
  const sla = workflow?.states.find(({ key }) => key === state)?.sla;
  if (sla === undefined || (sla.warning === null && sla.breach === null)) return events;
  const stays = before.status === "present" ? before.history.length + 1 : 0;
  const moves = events.filter((each) => entered(each) !== null).length;
  const marks = marksOf(sla, stays + moves, now, reference);
  const marked = { ...event, data: { ...event.data, sla: marks } } as TopicEvent;
  return events.with(last, marked);
};

/** What a mark that was reached brings about, once: nothing when it is early, stale or was reached before. */
export const reachMark = (
  topic: TopicState,
  { mark, generation }: ReachMark,
  now: string,
): readonly TopicEvent[] => {
  if (topic.status === "absent") return [];
  const { sla } = topic;
  if (sla === undefined || sla === null || sla.generation !== generation) return [];
  const { warned, breached, warningAt, breachAt } = sla;
  // With the breach come, though perhaps not recorded yet, a warning would say less than is known.
  const isPast = breachAt !== null && now >= breachAt;
  const isDone = mark === "warning" ? warned || isPast : breached;
  const dueAt = mark === "warning" ? warningAt : breachAt;
  if (isDone || dueAt === null || now < dueAt) return [];
  const data = { state: topic.state, generation, dueAt };
  return [{ type: mark === "warning" ? "SlaWarning" : "SlaBreached", data }];
};
