import { once } from "node:events";
import type { ServerWritableStream } from "@grpc/grpc-js";
import type { ReadReq, ReadResp } from "@eventstore/db-client/generated/streams_pb.js";

/** A read or a subscription as the server sees it. */
export type ReadCall = ServerWritableStream<ReadReq, ReadResp>;

/** Writes with the reader's pace; false when the reader is gone. */
export const writePaced = async (call: ReadCall, message: ReadResp): Promise<boolean> => {
  if (call.cancelled || call.destroyed) return false;
  if (!call.write(message)) {
    const settled = new AbortController();
    const { signal } = settled;
    // Aborting takes the listener of the event that did not come away again.
    const drained = once(call, "drain", { signal }).catch(() => undefined);
    const cancelled = once(call, "cancelled", { signal }).catch(() => undefined);
    await Promise.race([drained, cancelled]);
    settled.abort();
  }
  return !call.cancelled;
};
