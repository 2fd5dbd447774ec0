import type { GateReason, GateVerdict } from "../../gate/evaluate-gates.ts";
import type { JsonObject } from "../../json.ts";
import type { Reference } from "../../reference.ts";
import { forgedAgent, requesterOf } from "./asker.ts";
import type { Ask, DecideContext } from "../commands.ts";
import { holdAsk, tracedWith } from "./hold.ts";
import { refuse, type Refusal } from "../refusals.ts";

/** Whether an action would need approval, and why. */
export interface Evaluation {
  readonly decision: GateVerdict["decision"];
  readonly reasons: readonly GateReason[];
  /** The asker's own trace with the checks of the gates behind it; `checks` always stands, empty where nothing looked. */
  readonly policyTrace: JsonObject;
}

/** Holds an ask against the gates without asking; nothing is recorded. */
export const evaluateAsk = (
  ask: Ask,
  context: Pick<DecideContext, "now" | "principal" | "gates">,
  reference: Reference,
): Evaluation | { readonly refusal: Refusal } => {
  const { principal } = context;
  if (principal === null) {
    return { refusal: refuse("forbidden", "Only an agent or a person can ask.") };
  }
  const forged = forgedAgent(ask, principal);
  if (forged !== null) return { refusal: forged };
  const held = holdAsk(ask, requesterOf(principal, reference), context, reference);
  return {
    decision: held?.decision ?? "ALLOW",
    reasons: held?.reasons ?? [],
    policyTrace: { checks: [], ...tracedWith(ask.policyTrace, held?.checks ?? []) },
  };
};

const isReason = (check: unknown): check is GateReason & { readonly result: string } =>
  typeof check === "object" &&
  check !== null &&
  "result" in check &&
  check.result === "escalate" &&
  "code" in check &&
  "message" in check;

/**
 * What was answered when this request was made: its trace as recorded. The asker's own checks stand in front, as many
 * as it sent.
 */
export const evaluationOf = (recorded: JsonObject, asked: JsonObject): Evaluation => {
  const [checks, own] = [recorded["checks"], asked["checks"]];
  const made: readonly unknown[] = Array.isArray(checks)
    ? checks.slice(Array.isArray(own) ? own.length : 0)
    : [];
  const reasons = made.filter(isReason).map(({ code, message }) => ({ code, message }));
  return { decision: "ESCALATE", reasons, policyTrace: recorded };
};
