import type { Parsed } from "@countersign/api-contract/errors.ts";
import { parseEvaluate, type EvaluateBody } from "@countersign/api-contract/evaluate.ts";
import { askId } from "@countersign/application/ask-id.ts";
import { derivedRequestId } from "@countersign/application/derived-ids.ts";
import type { Envelope } from "@countersign/application/envelope.ts";
import { evaluate as evaluateAsk, type Evaluated } from "@countersign/application/evaluate.ts";
import { looksAtRisk } from "@countersign/domain/gate/evaluate-gates.ts";
import type { Reply } from "@countersign/messaging/bus.ts";
import type { Decider } from "../decider.ts";
import { bodyOf, envelopeOf, type Incoming } from "../incoming.ts";
import { bodyRefusal, no, yes } from "../reply.ts";
import { askFromBody } from "./ask-from-body.ts";

/**
 * Evaluates what a body says, and makes the request when it wants that. `key` recognises a repeat; null: none will
 * come. `otherwise` is the id of a request that is made, unless the ask says where its id comes from.
 */
export const takeEvaluation = async (
  decider: Decider,
  envelope: Envelope,
  otherwise: string,
  key: string | null,
  parsed: Parsed<EvaluateBody>,
): Promise<Evaluated> => {
  const { org } = envelope;
  const id = askId(org, parsed.ok ? parsed.value.ask : null, otherwise);
  const said = parsed.ok ? askFromBody(parsed.value.ask, id) : bodyRefusal(parsed.error);
  const { definition } = decider.engine.references.of(org);
  const ask =
    "code" in said || !looksAtRisk(definition.gates)
      ? said
      : await decider.advised(envelope, id, said);
  return evaluateAsk(
    decider.engine,
    decider,
    envelope,
    id,
    ask,
    key,
    parsed.ok && parsed.value.makesRequest ? (asked) => decider.ask(envelope, id, asked) : null,
  );
};

/** Would this action need approval? With `ask: true` the request is made when it would. */
export const evaluate = async (decider: Decider, incoming: Incoming): Promise<Reply> => {
  const body = bodyOf(incoming);
  const { org, principal, idempotencyKey: key } = incoming;
  const outcome = await takeEvaluation(
    decider,
    envelopeOf(incoming, decider.ids, "evaluate", body),
    key === null
      ? `apr_${decider.ids.ulid()}`
      : derivedRequestId("evaluate", org, principal.kind, principal.id, key),
    key,
    parseEvaluate(body, incoming.body.length),
  );
  if (!outcome.ok) return no(outcome.refusal);
  const { evaluation, approvalId } = outcome;
  const { decision, reasons, policyTrace } = evaluation;
  return yes(
    "done",
    JSON.stringify({
      decision,
      reasons,
      policy_trace: policyTrace,
      ...(approvalId === null ? {} : { approval_id: approvalId }),
    }),
  );
};
