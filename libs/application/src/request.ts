import type { Principal, RequestCommand } from "@countersign/domain/request/commands.ts";
import { decodeRequestEvent } from "@countersign/domain/request/codec.ts";
import { decide } from "@countersign/domain/request/decide.ts";
import type { RequestEvent } from "@countersign/domain/request/events.ts";
import { absentRequest, evolve } from "@countersign/domain/request/evolve.ts";
import { refuse } from "@countersign/domain/request/refusals.ts";
import type { RequestState } from "@countersign/domain/request/state.ts";
import { authorise, type Operation } from "./authorise.ts";
import { expiryCommandId } from "./derived-ids.ts";
import type { Envelope } from "./envelope.ts";
import { execute, type Aggregate, type Engine, type Outcome, type StreamKind } from "./execute.ts";
import { requestStream } from "./streams.ts";

export type RequestKind = StreamKind<RequestState, RequestEvent>;

export const requestAggregate: Aggregate<RequestState, RequestEvent> = {
  initial: absentRequest,
  evolve: (state, event, metadata) => evolve(state, { event, metadata }),
  decode: decodeRequestEvent,
};

const operations: Record<RequestCommand["type"], Operation> = {
  submit: "ask",
  approve: "decide",
  deny: "decide",
  cancel: "decide",
  expire: "decide",
  recheck: "decide",
  "report-transition": "decide",
};

/** Agents see what they asked for; to others of them a request is as absent as a foreign one. */
const visible = (state: RequestState, principal: Principal | null): boolean => {
  if (state.status === "absent") return false;
  if (principal === null || principal.kind === "person") return true;
  const { requester } = state.submitted;
  return requester.kind === "agent" && requester.id === principal.id;
};

/** Decides one command on one request. A request that is absent answers `not-found`, like a foreign one. */
export const commandRequest = async (
  engine: Engine,
  kind: RequestKind,
  envelope: Envelope,
  id: string,
  command: RequestCommand,
): Promise<Outcome<RequestState>> =>
  execute(
    engine,
    kind,
    requestStream(envelope.org, id),
    envelope,
    (state, now, reference) => {
      const denied = authorise(envelope.principal, operations[command.type], reference);
      if (denied?.code === "unauthenticated") return { events: [], refusal: denied };
      if (command.type !== "submit" && !visible(state, envelope.principal))
        return { events: [], refusal: refuse("not-found", "There is no such approval request.") };
      if (denied !== null) return { events: [], refusal: denied };
      const decision = decide(
        state,
        command,
        { now, actor: envelope.actor, channel: envelope.channel, principal: envelope.principal },
        reference,
      );
      const [first] = decision.events;
      return first?.type === "RequestExpired"
        ? { ...decision, commandId: expiryCommandId(id, first.data.dueAt) }
        : decision;
    },
    { fresh: command.type === "submit" },
  );
