import type { StoredEvent } from "../stored-event.ts";
import type { DueKind, DueRow } from "./due-row.ts";
import { planOf } from "./planned.ts";

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
]);

/** What the steps of ladders and due marks leave behind when they took effect, or were kept from it. */
const effects: ReadonlySet<string> = new Set([
  "ReminderDue",
  "RequestEscalated",
  "RequestReassigned",
  "ExecutivesNotified",
  "LevelAutoApproved",
  "RequestAutoApproved",
  "TimerSuppressed",
  "LevelOverdue",
  "CallerPaused",
]);

/** Not of any ladder: they stay whatever becomes of levels and steps. */
const ofRequest: ReadonlySet<DueKind> = new Set(["expiry", "approaching", "stuck"]);

const isKind =
  (...kinds: readonly DueKind[]) =>
  ({ kind }: DueRow): boolean =>
    kinds.includes(kind);

const levelOf = ({ data }: StoredEvent): number =>
  (JSON.parse(data) as { readonly level: number }).level;

/** Which timer of a ladder an effect names. */
interface Named {
  readonly level?: number | null;
  readonly step?: number | null;
}

/** Null for one that no timer brought about: somebody reassigned by hand. */
const afterEffect = ({ type, data }: StoredEvent): Gone | null => {
  const said = JSON.parse(data) as Named & { readonly timer?: Named };
  const { level, step } = type === "RequestReassigned" ? (said.timer ?? {}) : said;
  if (step === undefined) return null;
  return (row) => row.step === step && row.level === level && !ofRequest.has(row.kind);
};

/** What an event takes away; null when that is nothing. Pure. */
export const removedBy = (event: StoredEvent): Gone | null => {
  const { type } = event;
  if (ends.has(type)) return "all";
  if (effects.has(type)) return afterEffect(event);
  switch (type) {
    case "LevelApproved":
    case "LevelDenied":
    case "LevelSkipped": {
      const level = levelOf(event);
      return (row) => row.level === level;
    }
    // The levels after it wait again, and are planned anew when their turn comes.
    case "LevelReopened": {
      const level = levelOf(event);
      return (row) => row.level !== null && row.level >= level;
    }
    // Ladders of the payload before are carried over by plans of their own, the chain's as well.
    case "PayloadModified": {
      const { version } = JSON.parse(event.data) as { readonly version: number };
      return (row) => row.version < version && !ofRequest.has(row.kind);
    }
    // A ladder is planned as a whole: what the plan before it had still open is not due any more.
    case "TimersPlanned": {
      const { level } = planOf(event);
      return (row) => row.level === level && !ofRequest.has(row.kind);
    }
    case "ExpiryExtended":
      return isKind("expiry", "approaching");
    case "ExpiryApproaching":
      return isKind("approaching");
    default:
      return null;
  }
};

/** True for an event after which nothing of what was planned before is due. */
export const endsAll = (type: string): boolean => ends.has(type);
