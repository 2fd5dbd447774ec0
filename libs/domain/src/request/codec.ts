import type { EventMetadata } from "../actor.ts";
import { isObject, type Json } from "../json.ts";
import type { RequestEvent, RequestEventType } from "./events.ts";
import type { Recorded } from "./evolve.ts";

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
  ValidationFailed: 1,
  ExecutionReported: 1,
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
 * An event and its metadata from the stored texts. Throws on a type or a version that this build does not know: an
 * older build must not guess at what a newer one wrote.
 */
export const decodeRequestEvent = (recorded: {
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
}): Recorded => {
  const { type } = recorded;
  const metadata = JSON.parse(recorded.metadata) as EventMetadata;
  if (!isKnown(type)) throw new Error(`Unknown request event ${type}.`);
  if (metadata.schemaVersion !== versions[type]) {
    throw new Error(`Unknown version ${metadata.schemaVersion} of request event ${type}.`);
  }
  const data = JSON.parse(recorded.data) as Json;
  if (!isObject(data)) throw new Error(`The data of request event ${type} is no object.`);
  return { event: { type, data } as unknown as RequestEvent, metadata };
};
