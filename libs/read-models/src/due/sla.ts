import { readTopicEvent } from "@countersign/domain/read-events.ts";
import type { StoredEvent } from "../stored-event.ts";
import type { DueKind, DueRow } from "./due-row.ts";

const isTopic = ({ stream }: StoredEvent): boolean => stream.startsWith("topic-");

/** The marks of the state into which a topic came with this event. */
export const slaRows = (recorded: StoredEvent): DueRow[] => {
  if (!isTopic(recorded)) return [];
  const { event } = readTopicEvent(recorded);
  const sla = "sla" in event.data ? event.data.sla : undefined;
  if (sla === undefined) return [];
  const row = (kind: DueKind, dueAt: string | null, place: number): DueRow[] =>
    dueAt === null
      ? []
      : [
          {
            stream: recorded.stream,
            kind,
            dueMs: Date.parse(dueAt),
            version: 1,
            level: null,
            step: null,
            generation: sla.generation,
            position: Number(recorded.position),
            place,
            sinceMs: null,
          },
        ];
  return [...row("sla_warning", sla.warningAt, 0), ...row("sla_breach", sla.breachAt, 1)];
};

/** Which marks of a topic an event takes away; null when none. */
export const slaGone = (recorded: StoredEvent): "all" | ((row: DueRow) => boolean) | null => {
  if (!isTopic(recorded)) return null;
  const { event } = readTopicEvent(recorded);
  switch (event.type) {
    case "TransitionCompleted":
    case "SlaBreached":
      return "all";
    case "TransitionRejected":
      return event.data.state === event.data.from ? null : "all";
    case "SlaWarning":
      return ({ kind }) => kind === "sla_warning";
    default:
      return null;
  }
};
