import { setTimeout as later } from "node:timers/promises";
import type { handleBidiStreamingCall, handleClientStreamingCall } from "@grpc/grpc-js";
import shared from "@eventstore/db-client/generated/shared_pb.js";
import streams from "@eventstore/db-client/generated/streams_pb.js";
import type {
  AppendReq,
  AppendResp,
  BatchAppendReq,
  BatchAppendResp,
} from "@eventstore/db-client/generated/streams_pb.js";
import type { EventLog, Expected, ProposedEvent } from "./event-log.ts";
import { appendTooLarge, connectionLost, serverNotReady, streamDeleted } from "./fault-plan.ts";
import type { CallFailure, FaultPlan } from "./fault-plan.ts";
import {
  batchAppendResponse,
  batchExpectedOf,
  expectedOf,
  proposedEvent,
  streamNameOf,
} from "./messages.ts";
import type { AppendAnswer } from "./messages.ts";

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Milliseconds until the server answers an append with a bad event for the second time: its own time limit. */
const secondAnswer = 50;

interface PendingAppend {
  readonly stream: string;
  readonly expected: Expected;
  readonly events: ProposedEvent[];
}

const isBad = (events: readonly ProposedEvent[]): boolean =>
  events.some((event) => event.type === "" || !uuid.test(event.id));

const decide = (log: EventLog, { stream, expected, events }: PendingAppend): AppendAnswer =>
  log.isTooLarge(events)
    ? { outcome: "too-large", limit: log.mostData }
    : log.append(stream, expected, events);

/** Whether the time until which the client wants an append written is over, by the server's clock. */
const isLate = (options: BatchAppendReq.Options | undefined, faults: FaultPlan): boolean => {
  const until = options?.getDeadline()?.toDate().getTime() ?? Number.POSITIVE_INFINITY;
  return until <= Date.now() + faults.clockAhead;
};

/** Counts of what reached the server, for tests to look at. */
export interface AppendCounts {
  batch: number;
  single: number;
  bad: number;
}

/** The stream over which the client sends all appends of a connection. */
export const batchAppendCall =
  (
    log: EventLog,
    faults: FaultPlan,
    counts: AppendCounts,
  ): handleBidiStreamingCall<BatchAppendReq, BatchAppendResp> =>
  (call) => {
    const pending = new Map<string, PendingAppend>();
    call.on("end", () => call.end());
    call.on("error", () => undefined);
    call.on("data", (request: BatchAppendReq) => {
      const correlationId = request.getCorrelationId();
      const key = correlationId?.getString() ?? "";
      const options = request.getOptions();
      const append =
        pending.get(key) ??
        (options === undefined
          ? undefined
          : {
              stream: streamNameOf(options.getStreamIdentifier()),
              expected: batchExpectedOf(options),
              events: [],
            });
      if (append === undefined) return;
      pending.set(key, append);
      append.events.push(...request.getProposedMessagesList().map(proposedEvent));
      if (!request.getIsFinal()) return;
      pending.delete(key);
      counts.batch++;
      const answer = (answered: AppendAnswer): boolean =>
        call.write(batchAppendResponse(correlationId, append.stream, append.expected, answered));
      if (faults.takeNotReady()) return void answer({ outcome: "not-ready" });
      if (isLate(options, faults)) return void answer({ outcome: "timeout" });
      if (isBad(append.events)) {
        counts.bad++;
        answer({ outcome: "unknown" });
        void later(secondAnswer, undefined, { ref: false }).then(() =>
          answer({ outcome: "unknown" }),
        );
        return;
      }
      const loss = faults.takeLoss();
      if (loss === "append") return void call.emit("error", connectionLost);
      const decided = decide(log, append);
      if (loss === "answer") return void call.emit("error", connectionLost);
      answer(decided);
    });
  };

/** What ends a single append instead of an answer. */
const singleFailure = (stream: string, answer: AppendAnswer): CallFailure | undefined => {
  if (answer.outcome === "deleted") return streamDeleted(stream);
  if (answer.outcome === "too-large") return appendTooLarge(answer.limit);
  return undefined;
};

const singleResponse = (expected: Expected, answer: AppendAnswer): AppendResp => {
  const response = new streams.AppendResp();
  if (answer.outcome === "written") {
    const position = new streams.AppendResp.Position();
    position.setCommitPosition(String(answer.position));
    position.setPreparePosition(String(answer.position));
    const success = new streams.AppendResp.Success();
    success.setCurrentRevision(String(answer.revision));
    success.setPosition(position);
    response.setSuccess(success);
  } else if (answer.outcome === "wrong-revision") {
    const wrong = new streams.AppendResp.WrongExpectedVersion();
    if (answer.actual === "no-stream") wrong.setCurrentNoStream(new shared.Empty());
    else wrong.setCurrentRevision(String(answer.actual));
    if (expected === "no-stream") wrong.setExpectedNoStream(new shared.Empty());
    else wrong.setExpectedRevision(String(expected));
    response.setWrongExpectedVersion(wrong);
  }
  return response;
};

/** One append in a call of its own: what the client uses when credentials come with it. */
export const appendCall =
  (
    log: EventLog,
    faults: FaultPlan,
    counts: AppendCounts,
  ): handleClientStreamingCall<AppendReq, AppendResp> =>
  (call, callback) => {
    let append: PendingAppend | undefined;
    call.on("data", (request: AppendReq) => {
      const options = request.getOptions();
      const message = request.getProposedMessage();
      if (options !== undefined) {
        append = {
          stream: streamNameOf(options.getStreamIdentifier()),
          expected: expectedOf(options, () => options.getRevision()),
          events: [],
        };
      }
      if (message !== undefined) append?.events.push(proposedEvent(message));
    });
    call.on("end", () => {
      if (faults.takeNotReady()) return callback(serverNotReady);
      if (append === undefined) return callback(connectionLost);
      counts.single++;
      const loss = faults.takeLoss();
      if (loss === "append") return callback(connectionLost);
      const decided = decide(log, append);
      if (loss === "answer") return callback(connectionLost);
      const failure = singleFailure(append.stream, decided);
      if (failure !== undefined) return callback(failure);
      callback(null, singleResponse(append.expected, decided));
    });
  };
