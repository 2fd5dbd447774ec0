import { StoreFailed } from "@countersign/event-store/errors.ts";
import type { Checkpoint, RecordedEvent } from "@countersign/event-store/event-store.ts";
import type { Position, RecordedEvent as ClientEvent } from "@eventstore/db-client";

/** Data and metadata come parsed from the client, or as bytes when they are no JSON: those are given as base64. */
const asText = (value: unknown): string =>
  value instanceof Uint8Array
    ? JSON.stringify(
        Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64"),
      )
    : (JSON.stringify(value) ?? "null");

/** Throws `StoreFailed` when the server is older than 22.6 and tells no positions of events in a stream. */
export const recordedEvent = (event: ClientEvent): RecordedEvent => {
  if (event.position === undefined || event.position.commit > 0x7fff_ffff_ffff_ffffn) {
    throw new StoreFailed(`the server gives no position of event ${event.id}: it is too old`);
  }
  return {
    eventId: event.id,
    type: event.type,
    data: asText(event.data),
    metadata: asText(event.metadata),
    stream: event.streamId,
    revision: event.revision,
    position: event.position.commit,
  };
};

/** A place in `$all` as the port's opaque text: `<commit>/<prepare>`. */
export const checkpointOf = (position: Position): Checkpoint =>
  `${position.commit}/${position.prepare}`;

/** Throws `StoreFailed` for a text that another adapter made. */
export const positionOf = (checkpoint: Checkpoint): Position => {
  const match = /^(?<commit>\d{1,20})\/(?<prepare>\d{1,20})$/.exec(checkpoint);
  if (match?.groups === undefined) {
    throw new StoreFailed(`"${checkpoint}" is no checkpoint of an EventStoreDB`);
  }
  return {
    commit: BigInt(match.groups["commit"] ?? ""),
    prepare: BigInt(match.groups["prepare"] ?? ""),
  };
};
