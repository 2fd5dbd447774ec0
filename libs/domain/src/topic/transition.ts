import type { Actor } from "../actor.ts";
import type { JsonObject } from "../json.ts";
import { evaluateCondition, type Evaluation } from "../policy/evaluate-condition.ts";
import type { EvaluateExpression } from "../reference.ts";
import { advisedRisk } from "../request/asking/advised-risk.ts";
import type { Requester } from "../request/events.ts";
import type { Refusal } from "../request/refusals.ts";
import { transitionAction, transitionAsk, type TransitionAsk } from "./ask.ts";
import { mergeAttributes, missingFields } from "./attributes.ts";
import type { Counsel } from "./counsel.ts";
import { transitionFacts } from "./facts.ts";
import { isTopicId } from "./ids.ts";
import type { TopicEvent, TopicState } from "./topic.ts";
import {
  bodyFault,
  conditionNotMet,
  fieldsMissing,
  noSuchTransition,
  topicBlocked,
  wrongState,
} from "./transition-refusals.ts";
import type { Transition, Workflow } from "./workflow.ts";

/** `POST …/transitions`, as resolved by `application`. */
export interface TransitionCommand {
  readonly workflowId: string;
  readonly topicId: string;
  /** The state the caller says the topic is in; null when it says none. */
  readonly state: string | null;
  readonly to: string;
  /** Merges into the topic's attributes; null removes. */
  readonly attributes: JsonObject;
  readonly requester: Requester;
  /** What the directory says of the asking agent; null for a person. */
  readonly agent: JsonObject | null;
  /** What services outside said of it; absent where none is asked. */
  readonly counsel?: Counsel;
}

/** A transition that waits for people: `blockTransition` makes its events once the ask has an id and a hash. */
export interface NeedsApproval {
  readonly kind: "needs-approval";
  readonly transition: Transition;
  readonly workflowVersion: number;
  /** Why approval is needed, or null when it always is. */
  readonly because: string | null;
  readonly patch: JsonObject;
  readonly by: Actor;
  readonly ask: TransitionAsk;
  /** `TopicCreated` for a topic nobody has named yet. */
  readonly before: readonly TopicEvent[];
}

export type TransitionAnswer =
  | { readonly kind: "refused"; readonly refusal: Refusal }
  | {
      readonly kind: "completed";
      readonly events: readonly TopicEvent[];
      /** What is asked after all where a gate of the org fires: nobody else is. */
      readonly instead: () => NeedsApproval;
    }
  /** The same transition waits already: nothing changes, the same ids are the answer. */
  | { readonly kind: "waiting"; readonly approvalIds: readonly string[] }
  | NeedsApproval;

/** A transition that the workflow has, of a topic that stands where it begins. */
interface Found {
  readonly workflow: Workflow;
  readonly transition: Transition;
  readonly attributes: JsonObject;
  readonly before: readonly TopicEvent[];
}

const no = (refusal: Refusal): TransitionAnswer => ({ kind: "refused", refusal });

/** Where a topic starts that nobody has named yet: the state its caller claims, the initial one, the first. */
const start = (
  { id: workflow, states }: Workflow,
  { topicId: id, state: claim }: TransitionCommand,
): Extract<TopicEvent, { type: "TopicCreated" }> | null => {
  const found =
    claim === null
      ? (states.find(({ type }) => type === "initial") ?? states[0])
      : states.find(({ key }) => key === claim);
  return found === undefined
    ? null
    : { type: "TopicCreated", data: { workflow, id, state: found.key, claimed: claim !== null } };
};

const evaluator =
  (command: TransitionCommand, found: Found, evaluateExpression: EvaluateExpression) =>
  (condition: Transition["when"]): Evaluation | null => {
    if (condition === null) {
      return null;
    }
    const { topicId, requester, agent } = command;
    const { transition, attributes, workflow } = found;
    const { from, to } = transition;
    const action = transitionAction({ workflowId: workflow.id, topicId, transition, attributes });
    const facts = transitionFacts({ topicId, from, to, attributes, action, requester, agent });
    return evaluateCondition(condition, facts, evaluateExpression);
  };

/** The ask with what the approvers are to know of it, and the advisor's score. */
const withCounsel = (ask: TransitionAsk, counsel: Counsel | null): TransitionAsk => ({
  ...ask,
  ...(counsel === null || counsel.attachments.length === 0
    ? {}
    : { attachments: counsel.attachments }),
  ...(counsel?.advisorScore === undefined
    ? {}
    : { riskSnapshot: advisedRisk(ask.riskSnapshot, counsel.advisorScore) }),
});

const answer = (
  command: TransitionCommand,
  found: Found,
  evaluateExpression: EvaluateExpression,
): TransitionAnswer => {
  const { topicId, requester, agent, attributes: patch } = command;
  const { workflow, transition, attributes, before } = found;
  const { from, to, name, policy } = transition;
  const missing = missingFields(attributes, transition.requiresFields);
  if (missing.length > 0) {
    return no(fieldsMissing(missing));
  }
  const evaluate = evaluator(command, found, evaluateExpression);
  const conditions = evaluate(transition.conditions);
  const unknown = conditions?.value === null;
  if (conditions !== null && (conditions.value === false || (unknown && policy === null))) {
    return no(conditionNotMet(conditions));
  }
  const when = evaluate(transition.when);
  const by: Actor = { kind: requester.kind, id: requester.id };
  const counsel = command.counsel ?? null;
  const refusal = counsel?.refusal ?? null;
  if (refusal !== null) {
    return no(refusal);
  }
  const asked = { workflowId: workflow.id, topicId, transition, attributes };
  const asking = (policyId: string | null): NeedsApproval => ({
    kind: "needs-approval",
    transition,
    workflowVersion: workflow.version,
    because: unknown ? conditions.because : (when?.because ?? null),
    patch,
    by,
    ask: withCounsel(transitionAsk(asked, transitionAction(asked), policyId, agent), counsel),
    before,
  });
  if (counsel?.needed !== true && (policy === null || (when?.value === false && !unknown))) {
    const data = { from, to, name, approvalIds: [], patch, by };
    return {
      kind: "completed",
      events: [...before, { type: "TransitionCompleted", data }],
      instead: () => asking(null),
    };
  }
  return asking(policy?.id ?? counsel?.policy ?? null);
};

/**
 * Answers a transition. The topic's own state comes first, then the workflow, the fields, the conditions; `when` only
 * says whether people are asked. An unknown condition asks people, and where there are none to ask it refuses.
 */
export const decideTransition = (
  state: TopicState,
  workflow: Workflow | undefined,
  command: TransitionCommand,
  evaluateExpression: EvaluateExpression,
): TransitionAnswer => {
  const { workflowId, topicId, to, attributes: patch } = command;
  if (!isTopicId(topicId)) {
    return no(bodyFault("topic.id", "A topic id has 1 to 128 letters, digits or _ - . / : #."));
  }
  if (workflow === undefined) {
    return no(bodyFault("workflow", `There is no workflow ${workflowId}.`));
  }
  const present = state.status === "present" ? state : null;
  const created = present === null ? start(workflow, command) : null;
  const from = present?.state ?? created?.data.state;
  if (from === undefined) {
    const what = `Workflow ${workflowId} has no state ${command.state ?? "to start in"}.`;
    return no(bodyFault("topic.state", what));
  }
  if (command.state !== null && command.state !== from) {
    return no(wrongState(from, command.state));
  }
  const blocked = present?.blocked ?? null;
  if (blocked !== null) {
    return blocked.to === to
      ? { kind: "waiting", approvalIds: blocked.approvalIds }
      : no(topicBlocked(blocked));
  }
  const transition = workflow.transitions.find((each) => each.from === from && each.to === to);
  if (transition === undefined) {
    return no(noSuchTransition(workflow, from, to));
  }
  const attributes = mergeAttributes(present?.attributes ?? {}, patch);
  const before = created === null ? [] : [created];
  return answer(command, { workflow, transition, attributes, before }, evaluateExpression);
};

/** The events that block the topic until the requests named are resolved; `ask` is the whole ask, as stored. */
export const blockTransition = (
  needed: NeedsApproval,
  approvalIds: readonly string[],
  ask: JsonObject,
): readonly TopicEvent[] => {
  const { transition, workflowVersion, patch, by, before } = needed;
  const { from, to, name } = transition;
  const data = { from, to, name, workflowVersion, approvalIds, patch, by, ask };
  return [...before, { type: "TransitionBlocked", data }];
};
