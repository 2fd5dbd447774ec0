import { readRequestEvent } from "@countersign/domain/read-events.ts";
import { metadataOf } from "@countersign/domain/recorded.ts";
import { approachingAt } from "@countersign/domain/request/timers/approaching.ts";
import type { StoredEvent } from "../stored-event.ts";
import type { DueRow } from "./due-row.ts";
import { slaRows } from "./sla.ts";

/** The end of a request, and the notice before it when its time is long enough for one. */
const expiryRows = (
  { stream, position }: Pick<StoredEvent, "stream" | "position">,
  createdAt: string,
  expiresAt: string,
  generation: number,
): DueRow[] => {
  const row = {
    stream,
    version: 1,
    level: null,
    step: null,
    generation,
    position: Number(position),
    sinceMs: Date.parse(createdAt),
  };
  const expiry: DueRow = { ...row, kind: "expiry", dueMs: Date.parse(expiresAt), place: 0 };
  const noticeAt = approachingAt(createdAt, expiresAt);
  return noticeAt === null
    ? [expiry]
    : [expiry, { ...row, kind: "approaching", dueMs: Date.parse(noticeAt), place: 1 }];
};

/** What a request plans when it is created. */
export const submittedRows = (recorded: StoredEvent): DueRow[] => {
  const { event, metadata } = readRequestEvent(recorded);
  if (event.type !== "RequestSubmitted" || event.data.expiresAt === null) return [];
  return expiryRows(recorded, metadata.occurredAt, event.data.expiresAt, 1);
};

/** What an approval plans: a look at whether its grant was spent. */
const approved = (recorded: StoredEvent, stuckAfterMs: number): DueRow[] => {
  const { event, metadata } = readRequestEvent(recorded);
  if (event.type !== "RequestApproved" || event.data.grant === null) return [];
  return [
    {
      stream: recorded.stream,
      kind: "stuck",
      dueMs: Date.parse(metadata.occurredAt) + stuckAfterMs,
      version: event.data.payloadVersion,
      level: null,
      step: null,
      generation: 1,
      position: Number(recorded.position),
      place: 0,
      sinceMs: null,
    },
  ];
};

/** A ladder and the due mark of its level. */
const ladder = (recorded: StoredEvent): DueRow[] => {
  const { event } = readRequestEvent(recorded);
  if (event.type !== "TimersPlanned") return [];
  const { level, payloadVersion, generation, timers } = event.data;
  return timers.map(({ kind, step, dueAt }, place): DueRow => ({
    stream: recorded.stream,
    kind,
    dueMs: Date.parse(dueAt),
    version: payloadVersion,
    level,
    step,
    generation,
    position: Number(recorded.position),
    place,
    sinceMs: null,
  }));
};

/** The expiry is planned anew, as another generation of it; nothing when it is no longer planned. */
const extended = (recorded: StoredEvent, present: readonly DueRow[]): DueRow[] => {
  const { event } = readRequestEvent(recorded);
  const before = present.find(({ kind }) => kind === "expiry");
  if (event.type !== "ExpiryExtended" || before === undefined) return [];
  const { generation, sinceMs } = before;
  const createdAt =
    sinceMs === null ? metadataOf(recorded).occurredAt : new Date(sinceMs).toISOString();
  return expiryRows(recorded, createdAt, event.data.expiresAt, generation + 1);
};

/**
 * What an event plans but the first of a request: that is `submittedRows`. Pure. `present` gives the rows of its stream as they were before the event; it is asked only
 * where a plan continues an earlier one.
 */
export const plannedBy = (
  event: StoredEvent,
  stuckAfterMs: number,
  present: () => readonly DueRow[],
): readonly DueRow[] => {
  switch (event.type) {
    case "RequestApproved":
      return approved(event, stuckAfterMs);
    case "TimersPlanned":
      return ladder(event);
    case "ExpiryExtended":
      return extended(event, present());
    default:
      return slaRows(event);
  }
};
