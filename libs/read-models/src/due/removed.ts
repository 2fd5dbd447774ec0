import { readRequestEvent } from "@countersign/domain/read-events.ts";
import type { RequestEvent, RequestEventType } from "@countersign/domain/request/events.ts";
import type { TimerRef } from "@countersign/domain/request/timers/events.ts";
import type { StoredEvent } from "../stored-event.ts";
import type { DueKind, DueRow } from "./due-row.ts";
import { slaGone } from "./sla.ts";

/** Which rows of its stream an event takes away. */
export type Gone = "all" | ((row: DueRow) => boolean);

/** After these nothing of a request that was planned before is due any more. */
const ends: ReadonlySet<string> = new Set([
  "RequestApproved",
  "RequestDenied",
  "RequestExpired",
  "RequestCancelled",
  "GrantConsumed",
  "DeliveryStuck",
] satisfies RequestEventType[]);

/** Those that take away some rows: no other event is read. */
const takes: ReadonlySet<string> = new Set([
  "TimersPlanned",
  "ReminderDue",
  "RequestEscalated",
  "RequestReassigned",
  "ExecutivesNotified",
  "LevelAutoApproved",
  "RequestAutoApproved",
  "TimerSuppressed",
  "LevelOverdue",
  "ExpiryApproaching",
  "ExpiryExtended",
  "LevelApproved",
  "LevelDenied",
  "LevelSkipped",
  "LevelReopened",
  "PayloadModified",
] satisfies RequestEventType[]);

/** Not of any ladder: they stay whatever becomes of levels and steps. */
const ofRequest: ReadonlySet<DueKind> = new Set(["expiry", "approaching", "stuck"]);

/** The timer of a ladder, or the due mark, that took effect or was kept from it. */
const timerGone =
  ({ level, step }: TimerRef) =>
  (row: DueRow): boolean =>
    row.step === step && row.level === level && !ofRequest.has(row.kind);

const goneBy = (event: RequestEvent): Gone | null => {
  switch (event.type) {
    case "ReminderDue":
    case "RequestEscalated":
    case "ExecutivesNotified":
    case "LevelAutoApproved":
    case "RequestAutoApproved":
    case "TimerSuppressed":
    case "LevelOverdue":
      return timerGone(event.data);
    // Without a timer somebody did it by hand.
    case "RequestReassigned":
      return event.data.timer === undefined ? null : timerGone(event.data.timer);
    case "LevelApproved":
    case "LevelDenied":
    case "LevelSkipped": {
      const { level } = event.data;
      return (row) => row.level === level;
    }
    // The levels after it wait again, and are planned anew when their turn comes.
    case "LevelReopened": {
      const { level } = event.data;
      return (row) => row.level !== null && row.level >= level;
    }
    // Ladders of the payload before are carried over by plans of their own, the chain's as well.
    case "PayloadModified": {
      const { version } = event.data;
      return (row) => row.version < version && !ofRequest.has(row.kind);
    }
    // A ladder is planned as a whole: what the plan before it had still open is not due any more.
    case "TimersPlanned": {
      const { level } = event.data;
      return (row) => row.level === level && !ofRequest.has(row.kind);
    }
    case "ExpiryExtended":
      return ({ kind }) => kind === "expiry" || kind === "approaching";
    case "ExpiryApproaching":
      return ({ kind }) => kind === "approaching";
    default:
      return null;
  }
};

/** What an event takes away; null when that is nothing. Pure. */
export const removedBy = (event: StoredEvent): Gone | null => {
  if (ends.has(event.type)) return "all";
  return takes.has(event.type) ? goneBy(readRequestEvent(event).event) : slaGone(event);
};

/** True for an event of a request that plans something or takes something away. */
export const movesTimers = (type: string): boolean =>
  type === "RequestSubmitted" || ends.has(type) || takes.has(type);

/** True for an event after which nothing of what was planned before is due. */
export const endsAll = (type: string): boolean => ends.has(type);
