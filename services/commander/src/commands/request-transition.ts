import { parseTransition } from "@countersign/api-contract/transitions.ts";
import { blockedAtFirst } from "@countersign/application/repeated-transition.ts";
import type { AskedTransition } from "@countersign/application/topic.ts";
import type { JsonObject } from "@countersign/domain/json.ts";
import type { Refusal } from "@countersign/domain/request/refusals.ts";
import { topicView } from "@countersign/domain/topic/view.ts";
import type { Reply } from "@countersign/messaging/bus.ts";
import type { Decider } from "../decider.ts";
import { bodyOf, envelopeOf, type Incoming } from "../incoming.ts";
import { bodyRefusal, no, yes } from "../reply.ts";

/** The transition that a body asks for, or its fault as a refusal. */
export const transitionFromBody = (data: unknown): AskedTransition | Refusal => {
  const parsed = parseTransition(data);
  if (!parsed.ok) return bodyRefusal(parsed.error);
  const { workflow, topic, to } = parsed.value;
  return {
    workflowId: workflow,
    topicId: topic.id,
    state: topic.state ?? null,
    to,
    attributes: (topic.attributes ?? {}) as JsonObject,
  };
};

/**
 * Moves a topic: done, or blocked until people agree (the same ids as long as it waits). A repeat is answered about its
 * own transition: done once that is done, refused where it was, otherwise with the ids that tell how they were decided.
 */
export const requestTransition = async (decider: Decider, incoming: Incoming): Promise<Reply> => {
  const body = bodyOf(incoming);
  const envelope = envelopeOf(incoming, decider.ids, "request-transition", body);
  const asked = transitionFromBody(body);
  const outcome = await decider.transition(envelope, asked);
  if (!outcome.ok) return no(outcome.refusal);
  const { state } = outcome.fold;
  if (state.status === "absent") throw new Error("a transition left its topic absent");
  const blockedBy =
    outcome.effect === "repeated" && !("code" in asked)
      ? await blockedAtFirst(decider.engine, envelope, asked)
      : (state.blocked?.approvalIds ?? null);
  if (blockedBy !== null && "code" in blockedBy) return no(blockedBy);
  const topic = topicView(state);
  return blockedBy === null
    ? yes("done", JSON.stringify({ status: "completed", topic }))
    : yes("blocked", JSON.stringify({ status: "blocked", approval_ids: blockedBy, topic }));
};
