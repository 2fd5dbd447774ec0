import type { handleServerStreamingCall } from "@grpc/grpc-js";
import type { ReadReq, ReadResp } from "@eventstore/db-client/generated/streams_pb.js";
import type { EventLog, LoggedEvent } from "./event-log.ts";
import { notLeader, serverNotReady, streamDeleted } from "./fault-plan.ts";
import type { FaultPlan } from "./fault-plan.ts";
import { eventResponse, streamNameOf, streamNotFoundResponse } from "./messages.ts";
import { writePaced } from "./paced-writing.ts";
import { subscriptionCall } from "./subscription-call.ts";

const backwards = 1;

/** What a read of a stream or of everything selects; undefined for a stream that nobody has written. */
const selected = (log: EventLog, options: ReadReq.Options): readonly LoggedEvent[] | undefined => {
  const count = Number(options.getCount());
  const back = options.getReadDirection() === backwards;
  const stream = options.getStream();
  if (stream !== undefined) {
    const events = log.stream(streamNameOf(stream.getStreamIdentifier()));
    if (events === undefined) return undefined;
    if (back) {
      const end = stream.hasEnd() ? events.length : Number(stream.getRevision()) + 1;
      return events.slice(0, end).toReversed().slice(0, count);
    }
    const start = stream.hasStart() ? 0 : Number(stream.getRevision());
    return events.slice(start, start + count);
  }
  const all = options.getAll();
  const commit = BigInt(all?.getPosition()?.getCommitPosition() ?? "0");
  // Forwards inclusive, backwards exclusive.
  const index = log.indexBehind(commit - 1n);
  if (back)
    return log.all
      .slice(0, all?.hasEnd() ? undefined : index)
      .toReversed()
      .slice(0, count);
  return log.all.slice(index, index + count);
};

/** Reads of a stream and of everything, and subscriptions to everything. */
export const readCall =
  (log: EventLog, faults: FaultPlan): handleServerStreamingCall<ReadReq, ReadResp> =>
  (call) => {
    if (faults.takeNotReady()) return void call.emit("error", serverNotReady);
    const wantsLeader = call.metadata.get("requires-leader").includes("true");
    if (wantsLeader && faults.leader !== undefined)
      return void call.emit("error", notLeader(faults.leader));
    const options = call.request.getOptions();
    if (options === undefined) return void call.end();
    if (options.hasSubscription()) return void subscriptionCall(log, faults, call, options);
    const name = streamNameOf(options.getStream()?.getStreamIdentifier());
    if (log.isTombstoned(name)) return void call.emit("error", streamDeleted(name));
    void (async () => {
      const events = selected(log, options);
      if (events === undefined) call.write(streamNotFoundResponse(name));
      for (const event of events ?? []) if (!(await writePaced(call, eventResponse(event)))) return;
      call.end();
    })();
  };
