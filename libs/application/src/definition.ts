import type {
  DefinitionEvent,
  DefinitionState,
} from "@countersign/domain/definition/definition.ts";
import { emptyDefinition, evolveDefinition } from "@countersign/domain/definition/evolve.ts";
import { readDefinitionEvent } from "@countersign/domain/read-events.ts";
import type { Reference } from "@countersign/domain/reference.ts";
import type { Principal } from "@countersign/domain/request/commands.ts";
import type { Refusal } from "@countersign/domain/request/refusals.ts";
import { authorise } from "./authorise.ts";
import type { Envelope } from "./envelope.ts";
import {
  execute,
  type Aggregate,
  type Decision,
  type Engine,
  type Outcome,
  type StreamKind,
} from "./execute.ts";
import { definitionStream } from "./streams.ts";

export type DefinitionStreamKind = StreamKind<DefinitionState, DefinitionEvent>;

export const definitionAggregate: Aggregate<DefinitionState, DefinitionEvent> = {
  initial: emptyDefinition,
  evolve: (state, event, metadata) => evolveDefinition(state, { event, metadata }),
  decode: readDefinitionEvent,
};

/** Null when a principal may read and change definitions as their author: admins, and keys with `definitions:write`. */
export const authorRefusal = (principal: Principal | null, reference: Reference): Refusal | null =>
  authorise(principal, "administer", reference, "definitions:write");

/** Changes an org's definitions: one append, all or nothing. `decide` is asked only when the principal may do so. */
export const changeDefinitions = async (
  engine: Engine,
  kind: DefinitionStreamKind,
  envelope: Envelope,
  decide: (state: DefinitionState) => Decision<DefinitionEvent>,
): Promise<Outcome<DefinitionState>> =>
  execute(engine, kind, definitionStream(envelope.org), envelope, (state, _now, reference) => {
    const denied = authorRefusal(envelope.principal, reference);
    return denied === null ? decide(state) : { events: [], refusal: denied };
  });
