import type { Envelope } from "./envelope.ts";
import type { Engine } from "./execute.ts";
import { topicStream } from "./streams.ts";
import { topicAggregate, type AskedTransition } from "./topic.ts";

/**
 * The requests that a transition was blocked by when its command was first decided, for whoever repeats it; null when
 * it was done at once, or is done by now. The topic may have gone on since, or wait for another transition.
 */
export const blockedAtFirst = async (
  { store }: Engine,
  { org, commandId }: Envelope,
  { workflowId, topicId }: AskedTransition,
): Promise<readonly string[] | null> => {
  let blockedBy: readonly string[] = [];
  for await (const recorded of store.readStream(topicStream(org, workflowId, topicId))) {
    const { event, metadata } = topicAggregate.decode(recorded);
    if (event.type === "TransitionBlocked" && metadata.commandId === commandId)
      blockedBy = event.data.approvalIds;
    if (event.type !== "TransitionCompleted") continue;
    if (event.data.approvalIds.some((id) => blockedBy.includes(id))) return null;
  }
  return blockedBy.length === 0 ? null : blockedBy;
};
