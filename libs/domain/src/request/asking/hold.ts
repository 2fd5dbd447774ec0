import { hasGates } from "../../gate/active-gates.ts";
import { evaluateGates, type GateCheck, type GateVerdict } from "../../gate/evaluate-gates.ts";
import type { GateQuestion } from "../../gate/question.ts";
import type { JsonObject } from "../../json.ts";
import type { Reference } from "../../reference.ts";
import { agentOf } from "./asker.ts";
import type { Ask, DecideContext, Principal } from "../commands.ts";
import type { Requester } from "../events.ts";
import { factsFrom } from "./facts.ts";
import { refuse, type Refusal } from "../refusals.ts";

/** The right of a key to set a looser approval level than the organisation's. */
const MAY_LOOSEN = "approval-level";

/** People know what they loosen; an agent needs a key that says so. */
const mayLoosen = ({ kind, scopes }: Principal): boolean =>
  kind === "person" || scopes?.includes(MAY_LOOSEN) === true;

/** What gates look at in an ask. */
export type Asked = Pick<
  Ask,
  "action" | "agent" | "topic" | "links" | "context" | "riskSnapshot" | "view" | "cost"
>;

/**
 * What the gates of the org make of an ask; null where there are none. `requester` asks, with the rights of
 * `principal`; what other streams know comes with the context.
 */
export const holdAsk = (
  ask: Asked,
  requester: Requester,
  { principal, now, gates }: Pick<DecideContext, "principal" | "now" | "gates">,
  reference: Reference,
): GateVerdict | null => {
  const { definition, directory, evaluateExpression } = reference;
  if (!hasGates(definition.gates)) return null;
  const { action, topic, links, context, riskSnapshot, view, cost } = ask;
  const agent = agentOf(ask, requester, directory);
  const question: GateQuestion = {
    action,
    view,
    context,
    risk: riskSnapshot,
    requester,
    facts: factsFrom({ topic, requester, links, context, riskSnapshot, agent }, action),
    mayLoosen: principal !== null && mayLoosen(principal),
  };
  const { standingGrants } = definition;
  return evaluateGates(definition.gates, question, {
    ...gates,
    ...(cost === undefined ? {} : { cost }),
    now,
    evaluateExpression,
    standingGrants,
  });
};

/** The asker's trace with what the gates found behind it. */
export const tracedWith = (trace: JsonObject, checks: readonly GateCheck[]): JsonObject => {
  if (checks.length === 0) return trace;
  const said = trace["checks"];
  return { ...trace, checks: [...(Array.isArray(said) ? said : []), ...checks] };
};

/** The asker's reason codes with those of the gates, each once. */
export const codesWith = (codes: readonly string[], { reasons }: GateVerdict): readonly string[] =>
  reasons.length === 0 ? codes : [...new Set([...codes, ...reasons.map(({ code }) => code)])];

/** The no to what a gate or rule denies; null when none does. */
export const deniedByRule = (verdict: GateVerdict | null): Refusal | null => {
  if (verdict?.decision !== "DENY") return null;
  const [first] = verdict.reasons;
  const reasons = verdict.reasons.map(({ code, message }) => ({ code, message }));
  return refuse("denied-by-rule", first?.message ?? "A rule denies this.", {
    reasons,
    policy_trace: { checks: verdict.checks },
  });
};
