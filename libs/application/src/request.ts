import type { Ask, DecideContext, RequestCommand } from "@countersign/domain/request/commands.ts";
import { readRequestEvent } from "@countersign/domain/read-events.ts";
import { decide } from "@countersign/domain/request/decide.ts";
import type { RequestEvent } from "@countersign/domain/request/events.ts";
import { absentRequest, evolve } from "@countersign/domain/request/evolve.ts";
import { refuse, type Refusal, type RefusalCode } from "@countersign/domain/request/refusals.ts";
import type { RequestState } from "@countersign/domain/request/state.ts";
import { authorise } from "./authorise.ts";
import { derivedRequestId, expiryCommandId } from "./derived-ids.ts";
import type { Counterparties } from "./counterparties.ts";
import type { Envelope } from "./envelope.ts";
import { execute, type Aggregate, type Engine, type Outcome, type StreamKind } from "./execute.ts";
import { requestStream } from "./streams.ts";
import type { Turns } from "./turns.ts";
import { isVisible } from "./visible.ts";

export type RequestKind = StreamKind<RequestState, RequestEvent>;

export const requestAggregate: Aggregate<RequestState, RequestEvent> = {
  initial: absentRequest,
  evolve: (state, event, metadata) => evolve(state, { event, metadata }),
  decode: readRequestEvent,
};

/** Refusals that come before the body is looked at, as `decide` orders them. */
const beforeBody: ReadonlySet<RefusalCode> = new Set([
  "not-found",
  "forbidden",
  "already-resolved",
]);

export type ExistingCommand = Exclude<RequestCommand, { type: "submit" }>;

/** A command read from a body; `fault` when the body was no such command, and then `command` is its bare form. */
export interface ReadCommand {
  readonly command: ExistingCommand;
  readonly fault: Refusal | null;
}

/** What the domain is told of an envelope. */
export const contextOf = (
  envelope: Envelope,
  now: string,
  turns?: Turns,
  counterparties?: Counterparties,
): DecideContext => {
  const lastAssigned = turns?.of(envelope.org);
  const gates = counterparties?.of(envelope.org);
  return {
    now,
    actor: envelope.actor,
    channel: envelope.channel,
    principal: envelope.principal,
    ...(lastAssigned === undefined ? {} : { lastAssigned }),
    ...(gates === undefined ? {} : { gates }),
    childId: (...parts) => derivedRequestId("child", envelope.org, ...parts),
  };
};

/**
 * Decides one command on one request. In this order: who it is, whether the request is there for them, whether this
 * command was done before, standing, then the domain's own order; a faulty body is refused at its place in it.
 */
export const commandRequest = (
  engine: Engine,
  kind: RequestKind,
  envelope: Envelope,
  id: string,
  { command, fault }: ReadCommand,
): Promise<Outcome<RequestState>> =>
  execute(engine, kind, requestStream(envelope.org, id), envelope, (state, now, reference) => {
    const denied = authorise(envelope.principal, "decide", reference);
    if (denied?.code === "unauthenticated") return { events: [], refusal: denied };
    if (!isVisible(state, envelope.principal, command, reference))
      return { events: [], refusal: refuse("not-found", "There is no such approval request.") };
    if (denied !== null) return { events: [], refusal: denied };
    const context = contextOf(envelope, now, engine.turns, engine.counterparties);
    const decision = decide(state, command, context, reference);
    engine.turns?.note(envelope.org, decision.events, now);
    const [first] = decision.events;
    if (first?.type === "RequestExpired")
      return { ...decision, commandId: expiryCommandId(id, first.data.dueAt) };
    if (fault !== null && !beforeBody.has(decision.refusal?.code ?? "conflict"))
      return { events: [], refusal: fault };
    return decision;
  });

/** Creates a request at `no-stream`, or refuses; a fault of the body is given after standing. */
export const submitRequest = (
  engine: Engine,
  kind: RequestKind,
  envelope: Envelope,
  id: string,
  ask: Ask | Refusal,
): Promise<Outcome<RequestState>> =>
  execute(
    engine,
    kind,
    requestStream(envelope.org, id),
    envelope,
    (state, now, reference, fold) => {
      const denied = authorise(envelope.principal, "ask", reference);
      if (denied !== null) return { events: [], refusal: denied };
      if ("code" in ask) return { events: [], refusal: ask };
      if (state.status !== "absent")
        return {
          events: [],
          refusal: refuse("conflict", `This was asked again before, as ${id}.`, {
            approval_id: id,
          }),
        };
      if (fold.revision >= 0n)
        return {
          events: [],
          refusal: refuse("conflict", "This request was given up before it was made; ask again."),
        };
      const context = contextOf(envelope, now, engine.turns, engine.counterparties);
      const decision = decide(state, { type: "submit", ask }, context, reference);
      engine.turns?.note(envelope.org, decision.events, now);
      return decision;
    },
    { fresh: true },
  );
