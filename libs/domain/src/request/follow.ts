import type { DecideContext } from "./commands.ts";
import type { RequestEvent } from "./events.ts";
import { evolve } from "./evolve.ts";
import type { PendingRequest } from "./state.ts";

/** The state after events that a command is about to record, for what follows from them in the same command. */
export const following = (
  state: PendingRequest,
  events: readonly RequestEvent[],
  { now, actor, channel }: DecideContext,
): PendingRequest => {
  let next: PendingRequest = state;
  for (const event of events) {
    const after = evolve(next, {
      event,
      metadata: {
        commandId: "",
        correlationId: "",
        org: state.org,
        actor,
        channel,
        occurredAt: now,
        schemaVersion: 1,
      },
    });
    if (after.status !== "pending") throw new Error(`${event.type} ended what it should change.`);
    next = after;
  }
  return next;
};
