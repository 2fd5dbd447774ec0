import { refuse, type Refusal } from "@countersign/domain/request/refusals.ts";
import { decoder } from "@countersign/domain/recorded.ts";
import { createHash } from "node:crypto";
import { abandonUnmade } from "./abandon.ts";
import { derivedCommandId } from "./derived-ids.ts";
import type { Envelope } from "./envelope.ts";
import { execute, type Aggregate, type Engine, type Outcome, type StreamKind } from "./execute.ts";
import type { RequestKind } from "./request.ts";
import { pendingStream } from "./streams.ts";

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
  // Read and claimed in one turn of the stream: a claim of this process that is still on its way to the store is not
  // taken for one that holds. The first round claims a key that nobody ever had, the next ones what has become free.
  let free: string | null = null;
  for (let attempt = 0; attempt < 10; attempt++) {
    const outcome: Outcome<PendingState> = await execute(
      engine,
      kinds.pending,
      stream,
      claim,
      (state) =>
        state.holder === free
          ? { events: [{ type: "PendingClaimed", data: { request: requestId } }] }
          : { events: [] },
    );
    const { holder } = outcome.fold.state;
    if (holder === requestId) return null;
    if (holder === null) continue;
    const state = await abandonUnmade(engine, kinds.request, envelope, holder);
    if (state.status === "pending")
      return refuse("conflict", `A request with this key is pending: ${holder}.`, {
        approval_id: holder,
      });
    free = holder;
  }
  return refuse("conflict", "Others keep asking with this key; try again.");
};
