import type { RequestEvent, RequestEventType } from "./events.ts";

/** The shape in which each event is written today. A change of shape raises its number and adds an upcaster here. */
const versions: Readonly<Record<RequestEventType, number>> = {
  RequestSubmitted: 1,
  LevelOpened: 1,
  LevelSkipped: 1,
  LevelBlocked: 1,
  VoteCast: 1,
  VoteWithdrawn: 1,
  SlotVoided: 1,
  LevelApproved: 1,
  LevelDenied: 1,
  RequestApproved: 1,
  RequestDenied: 1,
  RequestExpired: 1,
  RequestCancelled: 1,
  RequestAbandoned: 1,
  ValidationFailed: 1,
  PayloadModified: 1,
  VotesVoided: 1,
  LevelReopened: 1,
  QuestionAsked: 1,
  QuestionAnswered: 1,
  RequestClaimed: 1,
  RequestReleased: 1,
  RequestReassigned: 1,
  ExpiryExtended: 1,
  ChainAmended: 1,
  AmendmentRefused: 1,
  GlassBroken: 1,
  TimersPlanned: 1,
  ReminderDue: 1,
  ExecutivesNotified: 1,
  RequestEscalated: 1,
  LevelAutoApproved: 1,
  RequestAutoApproved: 1,
  TimerSuppressed: 1,
  LevelOverdue: 1,
  CallerPaused: 1,
  ExpiryApproaching: 1,
  ContextAttached: 1,
  RecommendationAttached: 1,
  GrantConsumed: 1,
  ExecutionReported: 1,
  DeliveryStuck: 1,
};

/** An event as text: what a store keeps, and the `schemaVersion` that belongs into its metadata. */
export interface EncodedEvent {
  readonly type: RequestEventType;
  readonly data: string;
  readonly schemaVersion: number;
}

export const encodeRequestEvent = ({ type, data }: RequestEvent): EncodedEvent => ({
  type,
  data: JSON.stringify(data),
  schemaVersion: versions[type],
});

const isKnown = (type: string): type is RequestEventType => Object.hasOwn(versions, type);

/**
 * A stored event as today's. `data` is the stored JSON text. Throws on a type or a version that this build does not
 * know: an older build must not guess at what a newer one wrote.
 */
export const decodeRequestEvent = (
  type: string,
  data: string,
  schemaVersion: number,
): RequestEvent => {
  if (!isKnown(type)) throw new Error(`Unknown request event ${type}.`);
  if (schemaVersion !== versions[type])
    throw new Error(`Unknown version ${schemaVersion} of request event ${type}.`);
  return { type, data: JSON.parse(data) } as RequestEvent;
};
