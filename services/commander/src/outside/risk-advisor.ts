import type { AskedTransition, LikelyMove } from "@countersign/application/topic.ts";
import type { JsonObject } from "@countersign/domain/json.ts";
import type { Ask } from "@countersign/domain/request/commands.ts";
import type { TopicState } from "@countersign/domain/topic/topic.ts";
import type { Outside } from "./outside.ts";

/** Scores risk: 0 to 1, or null where no score came in time. */
const scoreOf = async (outside: Outside, question: JsonObject): Promise<number | null> => {
  const { advisorUrl, advisorTimeoutMs } = outside.settings;
  if (advisorUrl === null) return null;
  // The operator named the advisor, so it may stand anywhere.
  const answer = await outside.ask(advisorUrl, question, {
    timeoutMs: advisorTimeoutMs,
    allowPrivate: true,
  });
  const score = answer.ok ? answer.value["score"] : null;
  return typeof score === "number" && score >= 0 && score <= 1 ? score : null;
};

/** How risky an ask is. */
export const adviseOnAsk = async (
  outside: Outside,
  org: string,
  requester: { readonly kind: string; readonly id: string },
  { title, action, context, riskSnapshot, links }: Ask,
): Promise<number | null> =>
  scoreOf(outside, {
    type: "approval.requested",
    org,
    requester: { kind: requester.kind, id: requester.id },
    title,
    action: { ...action },
    context,
    risk_snapshot: riskSnapshot,
    links,
  });

/** How risky a topic is. */
export const adviseOnTopic = async (
  outside: Outside,
  org: string,
  { workflow, id, state, attributes }: Extract<TopicState, { status: "present" }>,
): Promise<number | null> =>
  scoreOf(outside, { type: "case.updated", org, workflow, topic: { id, state, attributes } });

/** How risky a move is that people will be asked about. */
export const adviseOnMove = async (
  outside: Outside,
  org: string,
  { workflowId, topicId, to }: AskedTransition,
  { from, attributes, caller }: LikelyMove,
): Promise<number | null> =>
  scoreOf(outside, {
    type: "workflow.before_transition",
    org,
    workflow: workflowId,
    topic: { id: topicId, state: from, attributes },
    transition: { from, to },
    requester: { kind: caller.requester.kind, id: caller.requester.id },
  });
