import { refuse, type Refusal, type RefusalCode } from "@countersign/domain/request/refusals.ts";
import type { Envelope } from "./envelope.ts";
import type { Engine } from "./execute.ts";
import { topicStream } from "./streams.ts";
import { topicAggregate, type AskedTransition } from "./topic.ts";

/** How a request ended that blocked a transition. Any other code is the refusal of one that was never made. */
const ends: ReadonlySet<string> = new Set(["denied", "expired", "cancelled"]);

/**
 * The requests that a transition was blocked by when its command was first decided, for whoever repeats it, or the no
 * that it was given because they could not be made; null when it was done at once, or is done by now. The topic may
 * have gone on since, or wait for another transition.
 */
export const blockedAtFirst = async (
  { store }: Engine,
  { org, commandId }: Envelope,
  { workflowId, topicId }: AskedTransition,
): Promise<readonly string[] | Refusal | null> => {
  let blockedBy: readonly string[] = [];
  for await (const recorded of store.readStream(topicStream(org, workflowId, topicId))) {
    const { event, metadata } = topicAggregate.decode(recorded);
    if (event.type === "TransitionBlocked" && metadata.commandId === commandId)
      blockedBy = event.data.approvalIds;
    if (event.type !== "TransitionCompleted" && event.type !== "TransitionRejected") continue;
    if (!event.data.approvalIds.some((id) => blockedBy.includes(id))) continue;
    if (event.type === "TransitionCompleted") return null;
    const { code, reason } = event.data;
    if (!ends.has(code)) return refuse(code as RefusalCode, reason ?? "It was refused.");
  }
  return blockedBy.length === 0 ? null : blockedBy;
};
