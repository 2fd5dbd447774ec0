import type { Actor, EventMetadata } from "@countersign/domain/actor.ts";
import type { EvaluateExpression } from "@countersign/domain/reference.ts";
import type { Condition } from "@countersign/domain/policy/condition.ts";
import type { Policy } from "@countersign/domain/policy/policy.ts";
import type { TopicEvent, TopicState } from "@countersign/domain/topic/topic.ts";
import type { Transition, Workflow } from "@countersign/domain/topic/workflow.ts";
import { absentTopic, evolveTopic } from "@countersign/domain/topic/evolve.ts";
import type { TransitionCommand } from "@countersign/domain/topic/transition.ts";

export const bot: Actor = { kind: "agent", id: "deployment-bot" };
export const at = "2026-03-01T09:00:00.000Z";

/** A policy of one level that any qa lead answers: only its id matters to a topic. */
export const policy = (id: string): Policy => ({
  id,
  version: 1,
  name: id,
  chain: [],
  escalation: [],
  expiresIn: null,
  selfApproval: null,
  onAllSkipped: "block",
  fallback: null,
  autoApprove: "forbid",
  observers: [],
  riskCeiling: 0.5,
  maxResubmissions: 3,
  reapproval: "required",
  grantValidFor: "1h",
  pauseOnQuestion: "0",
  schema: null,
  onePendingPer: null,
});

export const transition = (
  from: string,
  to: string,
  over: Partial<Transition> = {},
): Transition => ({
  from,
  to,
  name: null,
  when: null,
  conditions: null,
  policy: null,
  requiresFields: [],
  rejection: false,
  message: null,
  urgency: null,
  ...over,
});

export const field = (name: string, value: string): Condition => ({
  kind: "field",
  field: name,
  operator: "=",
  value,
});

/** Part of the release workflow: a gateway whose approval is asked for, with its rejection transition. */
export const release = (...more: Transition[]): Workflow => ({
  id: "release",
  version: 3,
  name: "Release Management",
  states: [
    { key: "staging", label: "Staging", type: "active" },
    { key: "development", label: "Development", type: "initial" },
    { key: "pending_approval", label: "Pending Approval", type: "gateway" },
    { key: "production", label: "Production", type: "active" },
  ],
  transitions: [
    ...more,
    transition("development", "staging", { requiresFields: ["version_tag", "changelog"] }),
    transition("staging", "pending_approval", {
      name: "Request Production Approval",
      policy: policy("release--staging--pending_approval"),
    }),
    transition("pending_approval", "production", {
      policy: policy("release--pending_approval--production"),
      urgency: "critical",
    }),
    transition("staging", "development"),
    transition("pending_approval", "staging", { rejection: true }),
  ],
});

/** Nobody writes guards here: whoever asks for one gets "unknown". */
export const noGuards: EvaluateExpression = () => ({
  value: null,
  why: "there are no guards here",
});

export const ask = (to: string, over: Partial<TransitionCommand> = {}): TransitionCommand => ({
  workflowId: "release",
  topicId: "R-42",
  state: null,
  to,
  attributes: {},
  requester: { kind: "agent", id: "deployment-bot", owner: "ana" },
  agent: { id: "deployment-bot", name: "Deployment Bot" },
  ...over,
});

/** Beside every event of these tests: a process of the product wrote it. */
export const metadata: EventMetadata = {
  commandId: "c-1",
  correlationId: "c-1",
  org: "demo",
  actor: { kind: "system", id: "process" },
  channel: "process",
  occurredAt: at,
  schemaVersion: 1,
};

export const fold = (events: readonly TopicEvent[], from: TopicState = absentTopic): TopicState =>
  events.reduce((state, event) => evolveTopic(state, { event, metadata }), from);

export const created = (state = "staging"): TopicEvent => ({
  type: "TopicCreated",
  data: { workflow: "release", id: "R-42", state, claimed: true },
});

export const changed = (patch: Record<string, string | null>, by = bot): TopicEvent => ({
  type: "AttributesChanged",
  data: { patch, by },
});

export const blocked = (from = "staging", to = "pending_approval", id = "apr_1"): TopicEvent => ({
  type: "TransitionBlocked",
  data: {
    from,
    to,
    name: null,
    workflowVersion: 3,
    approvalIds: [id],
    patch: {},
    by: bot,
    ask: {},
  },
});

/** At the gateway by a transition with a name, for which two requests were made. */
export const named = fold([
  created("pending_approval"),
  {
    type: "TransitionBlocked",
    data: {
      from: "pending_approval",
      to: "production",
      name: "Go live",
      workflowVersion: 3,
      approvalIds: ["apr_7", "apr_8"],
      patch: { version_tag: "v2" },
      by: bot,
      ask: {},
    },
  },
]);
