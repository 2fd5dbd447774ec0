import {
  parseStandingGrant,
  type StandingGrantBody,
} from "@countersign/api-contract/standing-grants.ts";
import { commandStandingGrant } from "@countersign/application/standing-grant.ts";
import { conditionOfJson } from "@countersign/definitions/condition-of-json.ts";
import type { DefinitionState } from "@countersign/domain/definition/definition.ts";
import type { Json } from "@countersign/domain/json.ts";
import { refuse, type Refusal } from "@countersign/domain/request/refusals.ts";
import type { StandingGrantCommand } from "@countersign/domain/standing-grant/decide.ts";
import { standingGrantView } from "@countersign/domain/standing-grant/view.ts";
import type { Reply } from "@countersign/messaging/bus.ts";
import { toIso } from "@countersign/runtime/clock.ts";
import type { Decider } from "../decider.ts";
import { bodyOf, envelopeOf, type Incoming } from "../incoming.ts";
import { bodyRefusal, no, yes } from "../reply.ts";

const shown = (decider: Decider, state: DefinitionState, id: string): string => {
  const known = state.standingGrants.get(id);
  const now = toIso(decider.engine.clock.now());
  return JSON.stringify(known === undefined ? null : standingGrantView(known, now));
};

const commandFrom = (id: string, body: StandingGrantBody): StandingGrantCommand | Refusal => {
  const { actions, agent, when, ends_at, reason } = body;
  const read = conditionOfJson((when ?? null) as Json, "when");
  if (!read.ok) {
    const [first] = read.faults;
    return refuse("unprocessable", `${first?.path ?? "when"}: ${first?.message ?? ""}`, {
      faults: read.faults.map((fault) => ({ ...fault })),
    });
  }
  return {
    type: "create-standing-grant",
    grant: { id, actions, agent: agent ?? null, when: read.condition, endsAt: ends_at, reason },
  };
};

/** Allows actions beforehand, for a time. */
export const createStandingGrant = async (decider: Decider, incoming: Incoming): Promise<Reply> => {
  const body = bodyOf(incoming);
  const parsed = parseStandingGrant(body);
  const envelope = envelopeOf(incoming, decider.ids, "create-standing-grant", body);
  // The id that a repeat of this command finds again, and otherwise a new one.
  const id = `sgr_${incoming.idempotencyKey === null ? decider.ids.ulid() : envelope.commandId.replace(/^cmd_/, "")}`;
  const command = parsed.ok ? commandFrom(id, parsed.value) : bodyRefusal(parsed.error);
  const { engine, definition } = decider;
  const outcome = await commandStandingGrant(engine, definition, envelope, command);
  if (!outcome.ok) return no(outcome.refusal);
  return yes(
    outcome.effect === "appended" ? "created" : "repeated",
    shown(decider, outcome.fold.state, id),
  );
};

/** Ends a standing grant at once. */
export const revokeStandingGrant = async (decider: Decider, incoming: Incoming): Promise<Reply> => {
  const id = incoming.target;
  const envelope = envelopeOf(incoming, decider.ids, "revoke-standing-grant", bodyOf(incoming));
  const { engine, definition } = decider;
  const command: StandingGrantCommand = { type: "revoke-standing-grant", id };
  const outcome = await commandStandingGrant(engine, definition, envelope, command);
  if (!outcome.ok) return no(outcome.refusal);
  return yes("done", shown(decider, outcome.fold.state, id));
};
