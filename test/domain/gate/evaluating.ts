import { evaluateExpression } from "@countersign/definitions/expression.ts";
import { parseFile, type MediaType } from "@countersign/definitions/parse-file.ts";
import { noGates, type ActiveGates } from "@countersign/domain/gate/active-gates.ts";
import type { GateVerdict } from "@countersign/domain/gate/evaluate-gates.ts";
import type { GateFacts } from "@countersign/domain/gate/question.ts";
import { withGate, withRule } from "@countersign/domain/gate/active-gates.ts";
import type { Ask, Principal } from "@countersign/domain/request/commands.ts";
import { requesterOf } from "@countersign/domain/request/asking/asker.ts";
import { holdAsk } from "@countersign/domain/request/asking/hold.ts";
import type { StandingGrants } from "@countersign/domain/standing-grant/standing-grant.ts";
import { ask } from "../../testkit/examples/asks.ts";
import { morning } from "../../testkit/happenings.ts";
import { referenceOf, world } from "../../testkit/world.ts";

/** Holding an action against gates without a request, as `POST …/evaluate` does. */

interface Around {
  readonly by?: Principal;
  readonly facts?: GateFacts;
  readonly standingGrants?: StandingGrants;
  readonly now?: string;
}

const bot: Principal = { kind: "agent", id: "deployment-bot", org: "demo" };

/** What the gates make of an ask of the deployment bot. */
export const evaluated = (
  gates: ActiveGates,
  fields: Partial<Ask> = {},
  { by = bot, facts = {}, standingGrants = new Map(), now = morning }: Around = {},
): GateVerdict => {
  const reference = referenceOf({ ...world(), gates, evaluateExpression });
  const verdict = holdAsk(
    ask(fields),
    requesterOf(by, reference),
    { principal: by, now, gates: facts },
    { ...reference, definition: { ...reference.definition, standingGrants } },
  );
  return verdict ?? { decision: "ALLOW", reasons: [], checks: [], fired: [] };
};

/** An action of this type with these parameters. */
export const acts = (type: string, parameters: Ask["action"]["parameters"] = {}): Partial<Ask> => ({
  action: { type, parameters },
});

/** The gates of a file, as they are after its import. */
export const gatesOf = (
  text: string,
  mediaType: MediaType = "yaml",
  file = "gates",
): ActiveGates => {
  const { definitions, faults } = parseFile({ text, mediaType, file });
  if (faults.length > 0) throw new Error(JSON.stringify(faults));
  let gates = noGates;
  definitions.forEach((definition, place) => {
    if (definition.kind === "gate") {
      gates = withGate(gates, { ...definition.content, version: 1, place });
    } else if (definition.kind === "rule") {
      gates = withRule(gates, definition.content);
    } else if (definition.kind === "levels") {
      gates = { ...gates, levels: { ...definition.content, version: 1 } };
    }
  });
  return gates;
};

/** Reason codes of a verdict. */
export const codes = ({ reasons }: GateVerdict): readonly string[] =>
  reasons.map(({ code }) => code);
