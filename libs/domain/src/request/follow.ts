import type { EventMetadata } from "../actor.ts";
import type { DecideContext } from "./commands.ts";
import type { RequestEvent } from "./events.ts";
import { evolve } from "./evolve.ts";
import type { PendingRequest, RequestState } from "./state.ts";

/** The state after events that a command is about to record, also when they make the request or end it. */
export const stateAfter = (
  state: RequestState,
  events: readonly RequestEvent[],
  { now, actor, channel, principal }: DecideContext,
): RequestState => {
  const metadata: EventMetadata = {
    commandId: "",
    correlationId: "",
    org: principal?.org ?? "",
    actor,
    channel,
    occurredAt: now,
    schemaVersion: 1,
  };
  let next = state;
  for (const event of events) next = evolve(next, { event, metadata });
  return next;
};

/** The state after events that leave the request pending, for what follows from them in the same command. */
export const following = (
  state: PendingRequest,
  events: readonly RequestEvent[],
  context: DecideContext,
): PendingRequest => {
  const next = stateAfter(state, events, context);
  if (next.status !== "pending") throw new Error("a change ended what it should change.");
  return next;
};
