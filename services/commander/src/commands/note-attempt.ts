import type { Reply } from "@countersign/messaging/bus.ts";
import type { Attempts } from "../attempts.ts";
import { bodyOf, type Incoming } from "../incoming.ts";
import { yes } from "../reply.ts";

/** What the gateway refused itself: paths of another organisation, and reads of who is no active member any more. */
export const noteAttempt = (attempts: Attempts, incoming: Incoming): Reply => {
  const { code, operation, request } = bodyOf(incoming);
  const { principal, channel, correlationId } = incoming;
  if (typeof code === "string" && typeof operation === "string")
    attempts.note({
      principal,
      code,
      operation: operation.slice(0, 200),
      request: typeof request === "string" ? request : null,
      channel,
      correlationId,
    });
  return yes("done", "null");
};
