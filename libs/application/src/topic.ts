import { abandonUnmade } from "./abandon.ts";
import { canonicalHash } from "./canonical.ts";
import { authorise, standingOf } from "./authorise.ts";
import { derivedCommandId, derivedRequestId } from "./derived-ids.ts";
import type { Envelope } from "./envelope.ts";
import {
  execute,
  loadFold,
  type Aggregate,
  type Engine,
  type Outcome,
  type StreamKind,
} from "./execute.ts";
import { prepareAsk, type AskKinds } from "./prepare-ask.ts";
import { gateFactsOf } from "./gate-facts.ts";
import { submitRequest } from "./request.ts";
import type { Fold } from "./fold-cache.ts";
import { topicStream } from "./streams.ts";
import type { JsonObject } from "@countersign/domain/json.ts";
import { readTopicEvent } from "@countersign/domain/read-events.ts";
import type { Reference } from "@countersign/domain/reference.ts";
import { hasGates } from "@countersign/domain/gate/active-gates.ts";
import { requesterOf } from "@countersign/domain/request/asking/asker.ts";
import type { Ask, DecideContext } from "@countersign/domain/request/commands.ts";
import { decide } from "@countersign/domain/request/decide.ts";
import type { Requester } from "@countersign/domain/request/events.ts";
import { deniedByRule, holdAsk } from "@countersign/domain/request/asking/hold.ts";
import { absentRequest } from "@countersign/domain/request/evolve.ts";
import type { Refusal } from "@countersign/domain/request/refusals.ts";
import { mergeAttributes } from "@countersign/domain/topic/attributes.ts";
import { counselAt, type Counsel } from "@countersign/domain/topic/counsel.ts";
import { absentTopic, evolveTopic } from "@countersign/domain/topic/evolve.ts";
import { resolveTransition, type ResolveTransition } from "@countersign/domain/topic/resolve.ts";
import { withSla } from "@countersign/domain/topic/sla.ts";
import type { TopicEvent, TopicState } from "@countersign/domain/topic/topic.ts";
import {
  blockTransition,
  decideTransition,
  type NeedsApproval,
  type TransitionAnswer,
  type TransitionCommand,
} from "@countersign/domain/topic/transition.ts";

export type TopicKind = StreamKind<TopicState, TopicEvent>;

export const topicAggregate: Aggregate<TopicState, TopicEvent> = {
  initial: absentTopic,
  evolve: (state, event, metadata) => evolveTopic(state, { event, metadata }),
  decode: readTopicEvent,
};

/** A transition as its caller asks for it. */
export type AskedTransition = Omit<TransitionCommand, "requester" | "agent" | "counsel">;

export interface TopicKinds extends AskKinds {
  readonly topic: TopicKind;
}

/** The id of the command that creates a blocked transition's request: the same for the caller and for the process manager. */
const submitId = (requestId: string): string => derivedCommandId("transition-request", requestId);

/**
 * Moves a topic, or blocks it until people agree. Two streams in this order: the request is decided dry, the topic is
 * blocked at its exact revision (the request's id derives from it), the request is created. A crash in between leaves
 * `TransitionBlocked`, from which the process manager goes on.
 */
export const requestTransition = async (
  engine: Engine,
  kinds: TopicKinds,
  envelope: Envelope,
  asked: AskedTransition | Refusal,
  counsel: Counsel | null = null,
): Promise<Outcome<TopicState>> => {
  const workflow = "code" in asked ? "none" : asked.workflowId;
  const topicId = "code" in asked ? "none" : asked.topicId;
  let blocking: Ask | undefined;
  const outcome = await execute(
    engine,
    kinds.topic,
    topicStream(envelope.org, workflow, topicId),
    envelope,
    (state, now, reference, fold) => {
      const denied = authorise(envelope.principal, "transition", reference);
      if (denied !== null) return { events: [], refusal: denied };
      if ("code" in asked) return { events: [], refusal: asked };
      const moves = reference.definition.workflows.get(asked.workflowId);
      const answer = decideTransition(
        state,
        moves,
        {
          ...asked,
          ...callerOf(envelope, reference),
          ...(counsel === null ? {} : { counsel: counselAt(counsel, Number(fold.revision)) }),
        },
        reference.evaluateExpression,
      );
      if (answer.kind === "refused") return { events: [], refusal: answer.refusal };
      if (answer.kind === "waiting") return { events: [] };
      const gates = gateFactsOf(engine, envelope.org);
      const context = { now, principal: envelope.principal, ...(gates ? { gates } : {}) };
      const gated = answer.kind === "completed" ? gatedMove(answer, context, reference) : answer;
      if (gated === null && answer.kind === "completed")
        return { events: withSla(answer.events, state, moves, now, reference) };
      if (gated === null || "refusal" in gated) return { events: [], ...gated };
      const ask: Ask = {
        ...gated.ask,
        requestId: derivedRequestId(
          "transition",
          envelope.org,
          workflow,
          topicId,
          (fold.revision + BigInt(gated.before.length)).toString(),
        ),
        payloadHash: canonicalHash(gated.ask.action),
      };
      const dry = decide(
        absentRequest,
        { type: "submit", ask },
        { ...context, actor: envelope.actor, channel: envelope.channel },
        reference,
      );
      if (dry.refusal !== undefined) return { events: [], refusal: dry.refusal };
      blocking = ask;
      const events = blockTransition(gated, [ask.requestId], toJson(ask));
      return { events: withSla(events, state, moves, now, reference) };
    },
  );
  if (blocking === undefined || !outcome.ok || outcome.effect !== "appended") return outcome;
  const made = await submitBlocking(engine, kinds, envelope, blocking);
  if (made.ok) return outcome;
  // What it asks for was taken in the meantime, as by `one_pending_per`: nothing waits, and the topic goes on.
  const refused = await giveUpTransition(engine, kinds, envelope, blocking, made.refusal);
  return refused === null ? outcome : { ok: false, refusal: made.refusal, fold: refused };
};

/**
 * What the gates make of a transition that nobody else would be asked about: null, a no, or the question for whom they
 * bring.
 */
const gatedMove = (
  answer: Extract<TransitionAnswer, { kind: "completed" }>,
  context: Pick<DecideContext, "now" | "principal" | "gates">,
  reference: Reference,
): NeedsApproval | { readonly refusal: Refusal } | null => {
  const { principal } = context;
  if (principal === null || !hasGates(reference.definition.gates)) return null;
  const instead = answer.instead();
  const held = holdAsk(instead.ask, requesterOf(principal, reference), context, reference);
  const refusal = deniedByRule(held);
  if (refusal !== null) return { refusal };
  return held?.decision === "ESCALATE" ? instead : null;
};

/** A move as it would be decided now, before anybody outside is asked about it; null when it is refused anyway. */
export interface LikelyMove {
  readonly from: string;
  /** Of the topic's stream; -1 for a topic nobody has named. */
  readonly revision: number;
  readonly attributes: JsonObject;
  readonly caller: Pick<TransitionCommand, "requester" | "agent">;
  /** True when people are asked even if every guard agrees. */
  readonly asks: boolean;
}

/** Looks at what a transition would come to, and writes nothing. Null when there is nothing to ask others about. */
export const likelyMove = async (
  engine: Engine,
  { topic }: TopicKinds,
  envelope: Envelope,
  asked: AskedTransition,
): Promise<LikelyMove | null> => {
  const { org, principal, commandId } = envelope;
  const reference = engine.references.of(org);
  if (authorise(principal, "transition", reference) !== null) return null;
  const workflow = reference.definition.workflows.get(asked.workflowId);
  const stream = topicStream(org, workflow?.id ?? "none", asked.topicId);
  // Read on from what is at hand: others outside are not told what was so a moment ago.
  const fold = await loadFold(engine.store, stream, topicAggregate, topic.folds.get(stream));
  if (fold.commands.has(commandId)) return null;
  const caller = callerOf(envelope, reference);
  const command = { ...asked, ...caller };
  const answer = decideTransition(fold.state, workflow, command, reference.evaluateExpression);
  if (answer.kind === "refused" || answer.kind === "waiting") return null;
  const { state } = fold;
  const [created] = answer.kind === "completed" ? answer.events : answer.before;
  const from =
    state.status === "present"
      ? state.state
      : created?.type === "TopicCreated"
        ? created.data.state
        : "";
  const known = state.status === "present" ? state.attributes : {};
  return {
    from,
    revision: Number(fold.revision),
    attributes: mergeAttributes(known, asked.attributes),
    caller,
    asks: answer.kind === "needs-approval",
  };
};

/** Ends the wait for a request that is refused after its topic was blocked; null when it was made all the same. */
export const giveUpTransition = async (
  engine: Engine,
  kinds: TopicKinds,
  envelope: Envelope,
  { requestId, topic }: Ask,
  { code, message }: Refusal,
): Promise<Fold<TopicState> | null> => {
  if (topic === null) return null;
  // Whoever else is about to make the request, a caller or a process manager, must not do so after the topic went on.
  const state = await abandonUnmade(engine, kinds.request, envelope, requestId);
  if (state.status !== "absent") return null;
  const process: Envelope = {
    ...envelope,
    commandId: derivedCommandId("transition-refused", requestId),
    commandHash: null,
    principal: null,
    actor: { kind: "system", id: "transition" },
    channel: "process",
    causationId: envelope.commandId,
  };
  const { fold } = await endTransition(engine, kinds.topic, process, topic.workflow, topic.id, {
    type: "reject-transition",
    approvalId: requestId,
    code,
    reason: message,
  });
  return fold;
};

/** Creates the request that a topic waits for; done before, it changes nothing. */
export const submitBlocking = async (
  engine: Engine,
  kinds: AskKinds,
  envelope: Envelope,
  ask: Ask,
): Promise<Outcome<unknown>> => {
  const submitting: Envelope = {
    ...envelope,
    commandId: submitId(ask.requestId),
    commandHash: null,
    causationId: envelope.commandId,
  };
  const prepared = await prepareAsk(engine, kinds, submitting, ask.requestId, ask);
  return submitRequest(engine, kinds.request, submitting, ask.requestId, prepared);
};

/** Ends a topic's wait, from the process manager. */
export const endTransition = async (
  engine: Engine,
  kind: TopicKind,
  envelope: Envelope,
  workflow: string,
  topicId: string,
  command: ResolveTransition,
): Promise<Outcome<TopicState>> =>
  execute(
    engine,
    kind,
    topicStream(envelope.org, workflow, topicId),
    envelope,
    (state, now, reference) => {
      const moves = reference.definition.workflows.get(workflow);
      const events = resolveTransition(state, moves, command);
      return { events: withSla(events, state, moves, now, reference) };
    },
  );

const callerOf = (
  { principal }: Envelope,
  reference: Reference,
): { readonly requester: Requester; readonly agent: JsonObject | null } => {
  if (principal === null) throw new Error("a transition is asked for by somebody");
  const standing = standingOf(principal, reference);
  if (standing?.kind !== "agent")
    return { requester: { kind: "person", id: principal.id, owner: null }, agent: null };
  const agent = reference.directory.agents.get(principal.id);
  return {
    requester: { kind: "agent", id: principal.id, owner: standing.owner },
    agent: { id: principal.id, name: agent?.name ?? principal.id, version: agent?.version ?? null },
  };
};

/** An ask holds nothing but JSON; the type system cannot see that of interfaces. */
const toJson = (ask: Ask): JsonObject => JSON.parse(JSON.stringify(ask)) as JsonObject;
