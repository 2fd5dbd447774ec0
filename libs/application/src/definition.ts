import type {
  DefinitionEvent,
  DefinitionState,
} from "@countersign/domain/definition/definition.ts";
import { emptyDefinition, evolveDefinition } from "@countersign/domain/definition/evolve.ts";
import { readDefinitionEvent } from "@countersign/domain/read-events.ts";
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

/** Imports a file that was parsed before: one append, all or nothing. Admins only. */
export const importDefinitions = async (
  engine: Engine,
  kind: DefinitionStreamKind,
  envelope: Envelope,
  decideImport: (state: DefinitionState) => Decision<DefinitionEvent>,
): Promise<Outcome<DefinitionState>> =>
  execute(engine, kind, definitionStream(envelope.org), envelope, (state, _now, reference) => {
    const denied = authorise(envelope.principal, "administer", reference);
    return denied === null ? decideImport(state) : { events: [], refusal: denied };
  });
