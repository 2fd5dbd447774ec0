import type { RequestEvent } from "@countersign/domain/request/events.ts";
import { refuse, type Refusal } from "@countersign/domain/request/refusals.ts";
import type { RequestState } from "@countersign/domain/request/state.ts";
import { decoder } from "@countersign/domain/recorded.ts";
import { createHash } from "node:crypto";
import { derivedCommandId } from "./derived-ids.ts";
import type { Envelope } from "./envelope.ts";
import { execute, loadFold, type Aggregate, type Engine, type StreamKind } from "./execute.ts";
import type { RequestKind } from "./request.ts";
import { pendingStream, requestStream } from "./streams.ts";

/** Who holds a key: at most one pending request for each. Stream `pending-<org>.<hash of the key>`. */
export interface PendingClaimed {
  readonly type: "PendingClaimed";
  readonly data: { readonly request: string };
}
export interface PendingState {
  readonly holder: string | null;
}
export type PendingKind = StreamKind<PendingState, PendingClaimed>;

export const pendingAggregate: Aggregate<PendingState, PendingClaimed> = {
  initial: { holder: null },
  evolve: (_state, event) => ({ holder: event.data.request }),
  decode: decoder((type, data) => {
    if (type !== "PendingClaimed") throw new Error(`no event of a pending key: ${type}`);
    return { type, data: JSON.parse(data) as PendingClaimed["data"] };
  }),
};

/** The stream name's part for a key made of its parts. */
export const pendingKey = (...parts: readonly string[]): string =>
  createHash("sha256").update(JSON.stringify(parts)).digest("base64url");

/**
 * Claims a key for `requestId`, or refuses `conflict` naming the holder. The order survives a crash anywhere: a claim
 * whose request is absent is taken over only after `RequestAbandoned` stands in that request's stream, so its slow
 * holder fails at `no-stream`.
 */
export const claimPending = async (
  engine: Engine,
  kinds: { readonly pending: PendingKind; readonly request: RequestKind },
  envelope: Envelope,
  key: string,
  requestId: string,
): Promise<Refusal | null> => {
  const stream = pendingStream(envelope.org, key);
  const claim: Envelope = {
    ...envelope,
    commandId: derivedCommandId("claim", key, requestId),
    commandHash: null,
  };
  for (let attempt = 0; attempt < 10; attempt++) {
    const known =
      kinds.pending.folds.get(stream) ?? (await loadFold(engine.store, stream, pendingAggregate));
    const { holder } = known.state;
    if (holder === requestId) return null;
    if (holder !== null) {
      const taken = await holderStillPending(engine, kinds.request, envelope, holder);
      if (taken)
        return refuse("conflict", `A request with this key is pending: ${holder}.`, {
          approval_id: holder,
        });
    }
    const outcome = await execute(engine, kinds.pending, stream, claim, (state) =>
      state.holder === holder
        ? { events: [{ type: "PendingClaimed", data: { request: requestId } }] }
        : { events: [] },
    );
    if (outcome.fold.state.holder === requestId) return null;
  }
  return refuse("conflict", "Others keep asking with this key; try again.");
};

const holderStillPending = async (
  engine: Engine,
  kind: RequestKind,
  envelope: Envelope,
  holder: string,
): Promise<boolean> => {
  const abandon: Envelope = {
    ...envelope,
    commandId: derivedCommandId("abandon", holder),
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
    requestStream(envelope.org, holder),
    abandon,
    (_state, _now, _reference, fold) => ({ events: fold.revision < 0n ? [abandoned] : [] }),
  );
  return outcome.fold.state.status === "pending";
};
