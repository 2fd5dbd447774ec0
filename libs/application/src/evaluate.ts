import { looksAtCost } from "@countersign/domain/gate/evaluate-gates.ts";
import type { Ask } from "@countersign/domain/request/commands.ts";
import {
  evaluateAsk,
  evaluationOf,
  type Evaluation,
} from "@countersign/domain/request/asking/evaluate-ask.ts";
import type { Refusal } from "@countersign/domain/request/refusals.ts";
import type { RequestState } from "@countersign/domain/request/state.ts";
import { authorise } from "./authorise.ts";
import type { Envelope } from "./envelope.ts";
import { loadFold, type Engine, type Outcome } from "./execute.ts";
import { gateFactsOf, spendingOf } from "./gate-facts.ts";
import { requestAggregate, type RequestKind } from "./request.ts";
import { withCost, type RunKind } from "./run.ts";
import { requestStream } from "./streams.ts";

/** What an evaluation came to, and the request it made of it. */
export type Evaluated =
  | { readonly ok: true; readonly evaluation: Evaluation; readonly approvalId: string | null }
  | { readonly ok: false; readonly refusal: Refusal };

export interface EvaluateKinds {
  readonly request: RequestKind;
  readonly run: RunKind;
}

/** An evaluation as `withCost` wants one: a refused ask is none that is allowed. */
type Judged = { readonly decision: string } & (
  | { readonly evaluation: Evaluation; readonly refusal?: undefined }
  | { readonly refusal: Refusal }
);

const judge = async (
  engine: Engine,
  { run }: EvaluateKinds,
  envelope: Envelope,
  ask: Ask,
  key: string | null,
): Promise<Judged> => {
  const { principal, org } = envelope;
  const gates = gateFactsOf(engine, org);
  const evaluate = (asked: Ask, now: string, reference = engine.references.of(org)): Judged => {
    const context = { now, principal, ...(gates === undefined ? {} : { gates }) };
    const found = evaluateAsk(asked, context, reference);
    return "refusal" in found
      ? { decision: "REFUSED", refusal: found.refusal }
      : { decision: found.decision, evaluation: found };
  };
  const { definition } = engine.references.of(org);
  if (!looksAtCost(definition.gates)) {
    return evaluate(ask, new Date(engine.clock.now()).toISOString());
  }
  const costed = await withCost(
    engine,
    run,
    envelope,
    spendingOf(ask, key),
    (cost, now, reference) => evaluate({ ...ask, cost }, now, reference),
  );
  return costed.ok ? costed.evaluation : { decision: "REFUSED", refusal: costed.refusal };
};

/**
 * Would this action need approval? Answers with the reasons and the trace, and reserves what it is estimated to cost
 * where it is allowed and a gate counts. `makeRequest` asks for the approval when the answer is ESCALATE; a repeat with
 * the same key is answered from the request that was made, whatever the gates say by now.
 */
export const evaluate = async (
  engine: Engine,
  kinds: EvaluateKinds,
  envelope: Envelope,
  id: string,
  ask: Ask | Refusal,
  key: string | null,
  makeRequest: ((ask: Ask) => Promise<Outcome<RequestState>>) | null,
): Promise<Evaluated> => {
  const denied = authorise(envelope.principal, "ask", engine.references.of(envelope.org));
  if (denied !== null) return { ok: false, refusal: denied };
  if ("code" in ask) return { ok: false, refusal: ask };
  const isMade =
    key !== null &&
    makeRequest !== null &&
    (await loadFold(engine.store, requestStream(envelope.org, id), requestAggregate)).revision >=
      0n;
  const judged = isMade ? null : await judge(engine, kinds, envelope, ask, key);
  if (judged?.refusal !== undefined) return { ok: false, refusal: judged.refusal };
  const evaluation = judged?.evaluation ?? null;
  if (makeRequest === null || (evaluation !== null && evaluation.decision !== "ESCALATE")) {
    if (evaluation === null) throw new Error("nothing was evaluated");
    return { ok: true, evaluation, approvalId: null };
  }
  const made = await makeRequest(ask);
  if (!made.ok) return { ok: false, refusal: made.refusal };
  const { state } = made.fold;
  if (state.status === "absent") throw new Error("an evaluation left its request absent");
  const { policyTrace, requestId } = state.submitted;
  return {
    ok: true,
    evaluation: evaluationOf(policyTrace, ask.policyTrace),
    approvalId: requestId,
  };
};
