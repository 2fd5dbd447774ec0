import { findTransition } from "@countersign/domain/definition/find.ts";
import type { GateFacts } from "@countersign/domain/gate/question.ts";
import type { Reference } from "@countersign/domain/reference.ts";
import { requesterOf } from "@countersign/domain/request/asking/asker.ts";
import type { Ask, DecideContext } from "@countersign/domain/request/commands.ts";
import { holdAsk } from "@countersign/domain/request/asking/hold.ts";
import { freeze } from "@countersign/domain/request/asking/submit.ts";
import { transitionAction, transitionAsk } from "@countersign/domain/topic/ask.ts";
import { absentTopic } from "@countersign/domain/topic/evolve.ts";
import { decideTransition } from "@countersign/domain/topic/transition.ts";
import { playChain } from "./play-chain.ts";
import {
  askAgain,
  askerOf,
  moveOf,
  policyNamed,
  type RecordedMove,
  type RecordedRequest,
} from "./recorded-ask.ts";

/** What a draft makes of one recorded request. */
export interface Judged {
  readonly decision: "ALLOW" | "DENY" | "ESCALATE";
  /** People who would be asked, at any level. */
  readonly approvers: readonly string[];
  /** Why this says less than it could; null when nothing is odd. */
  readonly problem: { readonly code: string; readonly message: string } | null;
}

const none = [] as const;
const allowed: Judged = { decision: "ALLOW", approvers: none, problem: null };
const denied: Judged = { decision: "DENY", approvers: none, problem: null };

const asked = (problem: Judged["problem"], approvers: readonly string[] = none): Judged => ({
  decision: "ESCALATE",
  approvers,
  problem,
});

/** Submits the ask dry and looks at whom it would call. */
const submitted = (ask: Ask, context: DecideContext, reference: Reference): Judged => {
  const frozen = freeze(ask, context, reference);
  if ("refusal" in frozen) {
    const { code, message } = frozen.refusal;
    return code === "denied-by-rule" ? denied : asked({ code, message });
  }
  const { levels, end } = playChain(frozen.frozen, context, reference);
  if (end !== null) {
    return end.approves ? allowed : asked({ code: "all-skipped", message: end.reason });
  }
  const people = levels.flatMap(({ groups }) =>
    groups.flatMap(({ slots }) =>
      slots.flatMap(({ approver }) => (approver === null ? [] : [approver])),
    ),
  );
  const dead = levels.flatMap(({ groups }) => groups).find((group) => group.dead_end !== null);
  const message = dead?.dead_end ?? null;
  return asked(message === null ? null : { code: "dead-end", message }, [...new Set(people)]);
};

const moved = (
  { workflow: workflowId, topic: topicId, from, to, attributes }: RecordedMove,
  context: DecideContext,
  reference: Reference,
): Judged => {
  const workflow = reference.definition.workflows.get(workflowId);
  const transition = workflow === undefined ? undefined : findTransition(workflow, from, to);
  if (workflow === undefined || transition === undefined || context.principal === null) {
    const message = "Some requests are of transitions that do not exist any more.";
    return { ...denied, problem: { code: "no-such-transition", message } };
  }
  const requester = requesterOf(context.principal, reference);
  const answer = decideTransition(
    absentTopic,
    workflow,
    { workflowId, topicId, state: from, to, attributes, requester, agent: null },
    reference.evaluateExpression,
  );
  if (answer.kind === "completed") return allowed;
  if (answer.kind === "refused") return denied;
  if (transition.policy === null) return allowed;
  const place = { workflowId, topicId, transition, attributes };
  const ask = transitionAsk(place, transitionAction(place), transition.policy.id, null);
  return submitted({ ...ask, requestId: topicId, payloadHash: "" }, context, reference);
};

/**
 * Judges a recorded request as if it came under other definitions, with today's people. What named a policy, or was a
 * transition, is asked under it; anything else is what `evaluate` would say: the gates, and nothing else, decide.
 */
export const judgeAgain = (
  recorded: RecordedRequest,
  gates: GateFacts,
  reference: Reference,
): Judged => {
  const principal = askerOf(recorded);
  const context: DecideContext = {
    now: recorded.created_at,
    actor: { kind: principal.kind, id: principal.id },
    channel: "system",
    principal,
    gates,
  };
  const move = moveOf(recorded);
  if (move !== null) return moved(move, context, reference);
  const policy = policyNamed(recorded, [reference.definition.defaults.policy]);
  const ask = askAgain(recorded, policy);
  if (policy !== null) return submitted(ask, context, reference);
  const verdict = holdAsk(ask, requesterOf(principal, reference), context, reference);
  if (verdict === null || verdict.decision === "ALLOW") return allowed;
  return verdict.decision === "DENY" ? denied : submitted(ask, context, reference);
};
