import type { JsonObject } from "../json.ts";
import type { Ask } from "../request/commands.ts";
import type { Action } from "../request/events.ts";
import type { Transition } from "./workflow.ts";

/** The ask of a blocked transition but for its id and its payload's hash, which the domain cannot make. */
export type TransitionAsk = Omit<Ask, "requestId" | "payloadHash">;

/** What is asked of the approvers: the transition with the topic's attributes as merged. */
export interface AskedTransition {
  readonly workflowId: string;
  readonly topicId: string;
  readonly transition: Transition;
  readonly attributes: JsonObject;
}

/** The action that approvers see and whose hash they agree to. */
export const transitionAction = (input: AskedTransition): Action => {
  const { workflowId, topicId, transition, attributes } = input;
  const { from, to } = transition;
  return {
    type: "workflow:transition",
    parameters: { workflow: workflowId, topic: topicId, from, to, attributes },
  };
};

/** The ask that a transition makes: policy, approvers and expiry are not the caller's to choose. */
export const transitionAsk = (
  { workflowId, topicId, transition: { name, from, to, urgency } }: AskedTransition,
  action: Action,
  policy: string | null,
  agent: JsonObject | null,
): TransitionAsk => ({
  title: name ?? `${topicId}: ${from} → ${to}`,
  description: null,
  action,
  agent,
  policy,
  approvers: null,
  expiresIn: null,
  reasonCodes: [],
  policyTrace: {},
  riskSnapshot: {},
  view: null,
  context: {},
  links: {},
  urgency: urgency ?? "normal",
  schema: null,
  dedupe: null,
  previousRequestId: null,
  validation: null,
  observers: [],
  suggested: [],
  topic: { workflow: workflowId, id: topicId, from, to },
});
