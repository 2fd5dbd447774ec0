/** Between the server's log and the messages of EventStoreDB's protocol, as the client's generated code has them. */
import any_pb from "google-protobuf/google/protobuf/any_pb.js";
import empty_pb from "google-protobuf/google/protobuf/empty_pb.js";
import shared from "@eventstore/db-client/generated/shared_pb.js";
import status from "@eventstore/db-client/generated/status_pb.js";
import streams from "@eventstore/db-client/generated/streams_pb.js";
import type {
  BatchAppendReq,
  BatchAppendResp,
  ReadResp,
} from "@eventstore/db-client/generated/streams_pb.js";
import type { Appended, Expected, LoggedEvent, ProposedEvent } from "./event-log.ts";

/** What an answer to an append can say. */
export type AppendAnswer =
  | Appended
  | { readonly outcome: "too-large"; readonly limit: number }
  | { readonly outcome: "not-ready" }
  | { readonly outcome: "timeout" }
  | { readonly outcome: "unknown" };

interface ProposedMessage {
  getId(): shared.UUID | undefined;
  getMetadataMap(): { get(key: string): string | undefined };
  getData_asU8(): Uint8Array;
  getCustomMetadata_asU8(): Uint8Array;
}

export const proposedEvent = (message: ProposedMessage): ProposedEvent => ({
  id: message.getId()?.getString() ?? "",
  type: message.getMetadataMap().get("type") ?? "",
  contentType: message.getMetadataMap().get("content-type") ?? "",
  data: message.getData_asU8(),
  metadata: message.getCustomMetadata_asU8(),
});

export const streamNameOf = (identifier: shared.StreamIdentifier | undefined): string =>
  Buffer.from(identifier?.getStreamName_asU8() ?? []).toString("utf8");

const identifierOf = (stream: string): shared.StreamIdentifier => {
  const identifier = new shared.StreamIdentifier();
  identifier.setStreamName(Buffer.from(stream).toString("base64"));
  return identifier;
};

const packed = (message: { serializeBinary(): Uint8Array }, name: string): any_pb.Any => {
  const any = new any_pb.Any();
  any.pack(message.serializeBinary(), `event_store.client.${name}`);
  return any;
};

const wrongRevision = (actual: bigint | "no-stream", expected: Expected): any_pb.Any => {
  const details = new shared.WrongExpectedVersion();
  if (actual === "no-stream") details.setCurrentNoStream(new empty_pb.Empty());
  else details.setCurrentStreamRevision(String(actual));
  if (expected === "no-stream") details.setExpectedNoStream(new empty_pb.Empty());
  else if (expected === "any") details.setExpectedAny(new empty_pb.Empty());
  else if (expected === "stream-exists") details.setExpectedStreamExists(new empty_pb.Empty());
  else details.setExpectedStreamPosition(String(expected));
  return packed(details, "WrongExpectedVersion");
};

const errorDetails = (answer: AppendAnswer, expected: Expected): any_pb.Any => {
  if (answer.outcome === "wrong-revision") return wrongRevision(answer.actual, expected);
  if (answer.outcome === "too-large") {
    const details = new shared.MaximumAppendSizeExceeded();
    details.setMaxappendsize(answer.limit);
    return packed(details, "MaximumAppendSizeExceeded");
  }
  if (answer.outcome === "deleted") return packed(new shared.StreamDeleted(), "StreamDeleted");
  if (answer.outcome === "timeout") return packed(new shared.Timeout(), "Timeout");
  return packed(new shared.Unknown(), "Unknown");
};

const nothing = (): any_pb.Any => {
  const any = new any_pb.Any();
  any.pack(new empty_pb.Empty().serializeBinary(), "google.protobuf.Empty");
  return any;
};

/** An answer of the batch stream: success, or a `google.rpc.Status` with the reason in an `Any`. */
export const batchAppendResponse = (
  correlationId: shared.UUID | undefined,
  stream: string,
  expected: Expected,
  answer: AppendAnswer,
): BatchAppendResp => {
  const response = new streams.BatchAppendResp();
  response.setCorrelationId(correlationId);
  response.setStreamIdentifier(identifierOf(stream));
  if (answer.outcome === "written") {
    const position = new shared.AllStreamPosition();
    position.setCommitPosition(String(answer.position));
    position.setPreparePosition(String(answer.position));
    const success = new streams.BatchAppendResp.Success();
    success.setCurrentRevision(String(answer.revision));
    success.setPosition(position);
    response.setSuccess(success);
  } else {
    const error = new status.Status();
    const notReady = answer.outcome === "not-ready";
    error.setMessage(notReady ? "Server Is Not Ready" : answer.outcome);
    error.setDetails(notReady ? nothing() : errorDetails(answer, expected));
    response.setError(error);
  }
  return response;
};

/** What the options of a batch append or of a single one expect. */
export const expectedOf = (
  options: {
    hasNoStream(): boolean;
    hasAny(): boolean;
    hasStreamExists(): boolean;
  },
  revision: () => string,
): Expected => {
  if (options.hasNoStream()) return "no-stream";
  if (options.hasAny()) return "any";
  if (options.hasStreamExists()) return "stream-exists";
  return BigInt(revision());
};

export const batchExpectedOf = (options: BatchAppendReq.Options): Expected =>
  expectedOf(options, () => options.getStreamPosition());

export const eventResponse = (event: LoggedEvent): ReadResp => {
  const id = new shared.UUID();
  id.setString(event.id);
  const recorded = new streams.ReadResp.ReadEvent.RecordedEvent();
  recorded.setId(id);
  recorded.setStreamIdentifier(identifierOf(event.stream));
  recorded.setStreamRevision(String(event.revision));
  recorded.setCommitPosition(String(event.position));
  recorded.setPreparePosition(String(event.position));
  recorded.setData(event.data);
  recorded.setCustomMetadata(event.metadata);
  recorded.getMetadataMap().set("type", event.type);
  recorded.getMetadataMap().set("content-type", event.contentType);
  recorded.getMetadataMap().set("created", event.created);
  const read = new streams.ReadResp.ReadEvent();
  read.setEvent(recorded);
  read.setCommitPosition(String(event.position));
  const response = new streams.ReadResp();
  response.setEvent(read);
  return response;
};

export const streamNotFoundResponse = (stream: string): ReadResp => {
  const notFound = new streams.ReadResp.StreamNotFound();
  notFound.setStreamIdentifier(identifierOf(stream));
  const response = new streams.ReadResp();
  response.setStreamNotFound(notFound);
  return response;
};

export const confirmationResponse = (subscriptionId: string): ReadResp => {
  const confirmation = new streams.ReadResp.SubscriptionConfirmation();
  confirmation.setSubscriptionId(subscriptionId);
  const response = new streams.ReadResp();
  response.setConfirmation(confirmation);
  return response;
};

export const caughtUpResponse = (): ReadResp => {
  const response = new streams.ReadResp();
  response.setCaughtUp(new streams.ReadResp.CaughtUp());
  return response;
};

/** A filter's progress: the prepare position of such a checkpoint is always 0. */
export const checkpointResponse = (position: bigint): ReadResp => {
  const checkpoint = new streams.ReadResp.Checkpoint();
  checkpoint.setCommitPosition(String(position));
  checkpoint.setPreparePosition("0");
  const response = new streams.ReadResp();
  response.setCheckpoint(checkpoint);
  return response;
};
