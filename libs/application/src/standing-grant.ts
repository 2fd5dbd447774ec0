import type {
  DefinitionEvent,
  DefinitionState,
} from "@countersign/domain/definition/definition.ts";
import {
  decideStandingGrant,
  type StandingGrantCommand,
} from "@countersign/domain/standing-grant/decide.ts";
import type { Refusal } from "@countersign/domain/request/refusals.ts";
import { authorise } from "./authorise.ts";
import type { Envelope } from "./envelope.ts";
import { execute, type Engine, type Outcome, type StreamKind } from "./execute.ts";
import { definitionStream } from "./streams.ts";

/** Makes or revokes a standing grant: admins, and keys with the scope `standing-grants:write`. */
export const commandStandingGrant = async (
  engine: Engine,
  kind: StreamKind<DefinitionState, DefinitionEvent>,
  envelope: Envelope,
  command: StandingGrantCommand | Refusal,
): Promise<Outcome<DefinitionState>> =>
  execute(engine, kind, definitionStream(envelope.org), envelope, (state, now, reference) => {
    const denied = authorise(envelope.principal, "administer", reference, "standing-grants:write");
    if (denied !== null) return { events: [], refusal: denied };
    if ("code" in command) return { events: [], refusal: command };
    return decideStandingGrant(state.standingGrants, command, now, reference.directory);
  });
