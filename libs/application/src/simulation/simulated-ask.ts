import type { DefinitionState } from "@countersign/domain/definition/definition.ts";
import { findPolicy, findTransition } from "@countersign/domain/definition/find.ts";
import type { JsonObject } from "@countersign/domain/json.ts";
import type { Policy } from "@countersign/domain/policy/policy.ts";
import type { Ask, Principal } from "@countersign/domain/request/commands.ts";
import type { Action } from "@countersign/domain/request/events.ts";
import { refuse, refuseField, type Refusal } from "@countersign/domain/request/refusals.ts";
import { transitionAction, transitionAsk } from "@countersign/domain/topic/ask.ts";
import { noSuchTransition } from "@countersign/domain/topic/transition-refusals.ts";
import type { Transition, Workflow } from "@countersign/domain/topic/workflow.ts";
import { canonicalHash } from "../canonical.ts";
import { unsaid } from "./unsaid.ts";

/** What is to be played through: a policy or a transition, on made-up facts, at some moment. */
export interface Scene {
  /** A policy's id, or `workflow/transition name`. */
  readonly policy: string | null;
  readonly transition: {
    readonly workflow: string;
    readonly from: string;
    readonly to: string;
  } | null;
  readonly facts: {
    readonly issue: JsonObject | null;
    readonly context: JsonObject;
    readonly action: Action | null;
    readonly risk: JsonObject;
  };
  readonly requester: Principal;
  /** ISO 8601. */
  readonly at: string;
}

/** The transition that a scene plays. */
export interface PlayedTransition {
  readonly workflow: Workflow;
  readonly transition: Transition;
  readonly topicId: string;
  readonly attributes: JsonObject;
}

/** What a scene is about: the policy, if anybody is to be asked, and its transition, if it has one. */
export interface Played {
  readonly policy: Policy | null;
  readonly move: PlayedTransition | null;
}

/** Ids of requests and topics that are not there. */
const NO_REQUEST = `apr_${"0".repeat(26)}`;
const NO_TOPIC = "simulated";

const playedTransition = (
  workflow: Workflow,
  transition: Transition,
  issue: JsonObject | null,
): PlayedTransition => {
  const id = issue?.["id"];
  return {
    workflow,
    transition,
    topicId: typeof id === "string" && id !== "" ? id : NO_TOPIC,
    attributes: issue ?? {},
  };
};

const named = (
  { transition }: Scene,
  definition: DefinitionState,
): { readonly workflow: Workflow; readonly transition: Transition } | Refusal | null => {
  if (transition === null) return null;
  const workflow = definition.workflows.get(transition.workflow);
  if (workflow === undefined) {
    const message = `There is no active workflow ${transition.workflow}.`;
    return refuseField("unprocessable", "transition.workflow", message);
  }
  const found = findTransition(workflow, transition.from, transition.to);
  return found === undefined
    ? noSuchTransition(workflow, transition.from, transition.to)
    : { workflow, transition: found };
};

const transitionOf = (
  { id }: Policy,
  definition: DefinitionState,
): { readonly workflow: Workflow; readonly transition: Transition } | null => {
  for (const workflow of definition.workflows.values()) {
    const transition = workflow.transitions.find(({ policy }) => policy?.id === id);
    if (transition !== undefined) return { workflow, transition };
  }
  return null;
};

const policyNamed = (name: string, definition: DefinitionState): Policy | Refusal => {
  const found = findPolicy(definition, name);
  switch (found.code) {
    case "found":
      return found.policy;
    case "unknown-policy":
      return refuseField("unknown-policy", "policy", `There is no active policy ${name}.`, {
        policy: name,
      });
    case "ambiguous-policy": {
      const { candidates } = found;
      const message = `${name} may mean: ${candidates.join(", ")}.`;
      return refuseField("ambiguous-policy", "policy", message, { policy: name, candidates });
    }
  }
};

/** Finds what a scene names. Refused as an ask or a transition of that name would be. */
export const findPlayed = (scene: Scene, definition: DefinitionState): Played | Refusal => {
  const move = named(scene, definition);
  if (move !== null && "code" in move) return move;
  const policy = scene.policy === null ? null : policyNamed(scene.policy, definition);
  if (policy !== null && "code" in policy) return policy;
  const place = move ?? (policy === null ? null : transitionOf(policy, definition));
  return {
    policy: policy ?? move?.transition.policy ?? null,
    move:
      place === null ? null : playedTransition(place.workflow, place.transition, scene.facts.issue),
  };
};

/** An action when the scene has none. */
const noAction: Action = { type: "simulated", parameters: {} };

const plainAsk = ({ facts, policy }: Scene): Omit<Ask, "requestId" | "payloadHash"> => {
  const { type, tool, parameters } = facts.action ?? noAction;
  const { issue } = facts;
  // A topic's attributes stand in its request's parameters: that is where conditions find them.
  const all = issue === null ? parameters : { ...parameters, attributes: issue };
  const id = issue?.["id"];
  const state = issue?.["state"] ?? issue?.["status"];
  const from = typeof state === "string" ? state : "";
  return {
    ...unsaid,
    title: "A simulation",
    action: tool === undefined ? { type, parameters: all } : { type, tool, parameters: all },
    policy,
    riskSnapshot: facts.risk,
    view: null,
    context: facts.context,
    links: {},
    topic:
      issue === null
        ? null
        : { workflow: "simulated", id: typeof id === "string" ? id : NO_TOPIC, from, to: from },
  };
};

/** The ask that would be made; the decider is given it and its answer is thrown away. */
export const askOf = (scene: Scene, { policy, move }: Played): Ask => {
  if (move === null || policy === null) {
    const ask = plainAsk(scene);
    return { ...ask, requestId: NO_REQUEST, payloadHash: canonicalHash(ask.action) };
  }
  const { context, risk } = scene.facts;
  const asked = { ...move, workflowId: move.workflow.id };
  const ask = transitionAsk(asked, transitionAction(asked), policy.id, null);
  return {
    ...ask,
    context,
    riskSnapshot: risk,
    requestId: NO_REQUEST,
    payloadHash: canonicalHash(ask.action),
  };
};

/** Who asks in a scene: a person or an agent of the directory. */
export const requesterOf = (
  id: string,
  org: string,
  {
    agents,
    people,
  }: {
    readonly agents: ReadonlyMap<string, unknown>;
    readonly people: ReadonlyMap<string, unknown>;
  },
): Principal | Refusal => {
  if (agents.has(id)) return { kind: "agent", id, org };
  if (people.has(id)) return { kind: "person", id, org };
  return refuse("unprocessable", `requester is neither a person nor an agent here: ${id}.`, {
    faults: [{ path: "requester", message: `is neither a person nor an agent here: ${id}` }],
  });
};
