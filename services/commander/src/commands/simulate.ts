import { parseSimulate, type SimulateBody } from "@countersign/api-contract/simulation.ts";
import { authorRefusal } from "@countersign/application/definition.ts";
import { schemaFault } from "@countersign/application/payload-schema.ts";
import { gateFactsOf } from "@countersign/application/gate-facts.ts";
import { policiesOf, withDraft } from "@countersign/application/simulation/draft.ts";
import { requesterOf, type Scene } from "@countersign/application/simulation/simulated-ask.ts";
import {
  simulate as play,
  type Simulation,
  type Surroundings,
} from "@countersign/application/simulation/simulate.ts";
import { languageOf } from "@countersign/definitions/language.ts";
import { parseFile, type ParsedFile } from "@countersign/definitions/parse-file.ts";
import type { JsonObject } from "@countersign/domain/json.ts";
import type { Reference } from "@countersign/domain/reference.ts";
import type { Principal } from "@countersign/domain/request/commands.ts";
import type { Action } from "@countersign/domain/request/events.ts";
import { refuse, refuseField, type Refusal } from "@countersign/domain/request/refusals.ts";
import type { Reply } from "@countersign/messaging/bus.ts";
import type { Decider } from "../decider.ts";
import { bodyOf, type Incoming } from "../incoming.ts";
import { bodyRefusal, no, yes } from "../reply.ts";

/** The definitions that are simulated with, and the policy that a draft is about when the body names none. */
interface Ground {
  readonly reference: Reference;
  readonly policy: string | null;
  readonly warnings: ParsedFile["warnings"];
}

const MANY = 5;

/** The policy that a draft is about; null for gates that are tried on an action. */
const onlyPolicy = (policies: readonly string[], hasAction: boolean): string | Refusal | null => {
  const [only] = policies;
  if (only !== undefined && policies.length === 1) return only;
  if (only === undefined && hasAction) return null;
  if (only === undefined)
    return refuseField("unprocessable", "source", "The source holds no policy to simulate.");
  const shown = policies.slice(0, MANY).join(", ");
  const more = policies.length > MANY ? ", …" : "";
  return refuseField(
    "ambiguous-policy",
    "policy",
    `The source holds ${policies.length} policies; name one of them: ${shown}${more}.`,
    { candidates: policies },
  );
};

const groundOf = (
  { policy = null, transition = null, source = null, language, name, facts }: SimulateBody,
  { references }: Decider["engine"],
  org: string,
  at: string,
): Ground | Refusal => {
  const reference = references.of(org);
  if (source === null) return { reference, policy, warnings: [] };
  const { directory, definition } = reference;
  const file = name ?? "draft";
  const parsed = parseFile({
    text: source,
    mediaType: language ?? languageOf(source, file),
    file,
    known: { roles: directory.roles, people: directory.people, definition },
    schemaFault,
  });
  const { faults, warnings, definitions } = parsed;
  if (faults.length > 0)
    return refuse(
      "invalid-definition",
      `The source cannot be simulated: ${faults.length === 1 ? "1 fault" : `${faults.length} faults`}.`,
      { faults: faults.map((fault) => ({ ...fault })) },
    );
  const hasAction = facts?.action !== undefined && facts.action !== null;
  const about =
    policy ?? (transition === null ? onlyPolicy(policiesOf(definitions), hasAction) : null);
  if (about !== null && typeof about !== "string") return about;
  const drafted = references.drafted(org, withDraft(definition, definitions, file, at));
  return { reference: drafted, policy: about, warnings };
};

const actionOf = (action: NonNullable<SimulateBody["facts"]>["action"]): Action | null => {
  if (action === undefined || action === null) return null;
  const { type, tool } = action;
  const parameters = (action.parameters ?? {}) as JsonObject;
  return tool === undefined || tool === null ? { type, parameters } : { type, tool, parameters };
};

const sceneOf = (
  { transition = null, facts }: SimulateBody,
  policy: string | null,
  requester: Principal,
  at: string,
): Scene => ({
  policy,
  transition,
  facts: {
    issue: (facts?.issue ?? null) as JsonObject | null,
    context: (facts?.context ?? {}) as JsonObject,
    action: actionOf(facts?.action),
    risk: (facts?.risk ?? {}) as JsonObject,
  },
  requester,
  at,
});

const surroundingsOf = ({ engine }: Decider, org: string): Surroundings => {
  const lastAssigned = engine.turns?.of(org);
  const gates = gateFactsOf(engine, org);
  return {
    ...(lastAssigned === undefined ? {} : { lastAssigned }),
    ...(gates === undefined ? {} : { gates }),
  };
};

/** Shows who would be asked, when and why, by an active policy or a draft. Nothing is written. */
export const simulate = async (decider: Decider, incoming: Incoming): Promise<Reply> => {
  const { org, principal } = incoming;
  const { references, clock } = decider.engine;
  const reference = references.of(org);
  const denied = authorRefusal(principal, reference);
  if (denied !== null) return no(denied);
  const parsed = parseSimulate(bodyOf(incoming));
  if (!parsed.ok) return no(bodyRefusal(parsed.error));
  const body = parsed.value;
  const at = new Date(
    typeof body.at === "string" ? Date.parse(body.at) : clock.now(),
  ).toISOString();
  const requester =
    typeof body.requester === "string"
      ? requesterOf(body.requester, org, reference.directory)
      : principal;
  if ("code" in requester) return no(requester);
  const ground = groundOf(body, decider.engine, org, at);
  if ("code" in ground) return no(ground);
  const scene = sceneOf(body, ground.policy, requester, at);
  const simulation = play(scene, ground.reference, surroundingsOf(decider, org));
  if ("code" in simulation) return no(simulation);
  const warnings: readonly (Simulation["warnings"][number] | ParsedFile["warnings"][number])[] = [
    ...ground.warnings,
    ...simulation.warnings,
  ];
  return yes("done", JSON.stringify({ ...simulation, warnings }));
};
