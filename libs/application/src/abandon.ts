import type { RequestEvent } from "@countersign/domain/request/events.ts";
import type { RequestState } from "@countersign/domain/request/state.ts";
import { derivedCommandId } from "./derived-ids.ts";
import type { Envelope } from "./envelope.ts";
import { execute, type Engine } from "./execute.ts";
import type { RequestKind } from "./request.ts";
import { requestStream } from "./streams.ts";

/**
 * Gives up a request that is not there yet, so that whoever was about to make it fails at `no-stream`, however late
 * they are. Answers the request as it stands: `absent` when it was given up, now or before, else what was made of it.
 */
export const abandonUnmade = async (
  engine: Engine,
  kind: RequestKind,
  envelope: Envelope,
  requestId: string,
): Promise<RequestState> => {
  const abandon: Envelope = {
    ...envelope,
    commandId: derivedCommandId("abandon", requestId),
    commandHash: null,
    actor: { kind: "system", id: "one-pending" },
    principal: null,
    channel: "process",
    causationId: envelope.commandId,
  };
  const abandoned: RequestEvent = { type: "RequestAbandoned", data: {} };
  const outcome = await execute<RequestState, RequestEvent>(
    engine,
    kind,
    requestStream(envelope.org, requestId),
    abandon,
    (_state, _now, _reference, fold) => ({ events: fold.revision < 0n ? [abandoned] : [] }),
  );
  return outcome.fold.state;
};
