import { parseTransition } from "@countersign/api-contract/transitions.ts";
import type { JsonObject } from "@countersign/domain/json.ts";
import { topicView } from "@countersign/domain/topic/view.ts";
import type { Reply } from "@countersign/messaging/bus.ts";
import type { Decider } from "../decider.ts";
import { bodyOf, envelopeOf, type Incoming } from "../incoming.ts";
import { bodyRefusal, no, yes } from "../reply.ts";

/** Moves a topic: done, or blocked until people agree (the same ids as long as it waits). */
export const requestTransition = async (decider: Decider, incoming: Incoming): Promise<Reply> => {
  const body = bodyOf(incoming);
  const parsed = parseTransition(body);
  const envelope = envelopeOf(incoming, decider.ids, "request-transition", body);
  const outcome = await decider.transition(
    envelope,
    parsed.ok
      ? {
          workflowId: parsed.value.workflow,
          topicId: parsed.value.topic.id,
          state: parsed.value.topic.state ?? null,
          to: parsed.value.to,
          attributes: (parsed.value.topic.attributes ?? {}) as JsonObject,
        }
      : bodyRefusal(parsed.error),
  );
  if (!outcome.ok) return no(outcome.refusal);
  const { state } = outcome.fold;
  if (state.status === "absent") throw new Error("a transition left its topic absent");
  const topic = topicView(state);
  return state.blocked === null
    ? yes("done", JSON.stringify({ status: "completed", topic }))
    : yes(
        "blocked",
        JSON.stringify({ status: "blocked", approval_ids: state.blocked.approvalIds, topic }),
      );
};
