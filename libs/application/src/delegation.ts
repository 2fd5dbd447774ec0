import { decideDelegation } from "@countersign/domain/delegation/decide.ts";
import type {
  DelegationCommand,
  DelegationEvent,
  DelegationState,
} from "@countersign/domain/delegation/delegation.ts";
import { emptyDelegations, evolveDelegations } from "@countersign/domain/delegation/evolve.ts";
import { readDelegationEvent } from "@countersign/domain/read-events.ts";
import type { Refusal } from "@countersign/domain/request/refusals.ts";
import { authorise } from "./authorise.ts";
import type { Envelope } from "./envelope.ts";
import { execute, type Aggregate, type Engine, type Outcome, type StreamKind } from "./execute.ts";
import { delegationStream } from "./streams.ts";

export type DelegationKind = StreamKind<DelegationState, DelegationEvent>;

export const delegationAggregate: Aggregate<DelegationState, DelegationEvent> = {
  initial: emptyDelegations,
  evolve: (state, event, metadata) => evolveDelegations(state, { event, metadata }),
  decode: readDelegationEvent,
};

/**
 * Makes or revokes delegations of one's own slots, an admin for anyone. `command` is made when it is decided, because
 * a window that names no start begins at the commander's clock (ISO 8601).
 */
export const commandDelegation = async (
  engine: Engine,
  kind: DelegationKind,
  envelope: Envelope,
  command: (now: string) => DelegationCommand | Refusal,
): Promise<Outcome<DelegationState>> =>
  execute(engine, kind, delegationStream(envelope.org), envelope, (state, now, reference) => {
    const denied = authorise(envelope.principal, "decide", reference);
    if (denied !== null) return { events: [], refusal: denied };
    const asked = command(now);
    if ("code" in asked) return { events: [], refusal: asked };
    return decideDelegation(state, asked, { now, principal: envelope.principal }, reference);
  });
