import { parseEvaluate } from "@countersign/api-contract/evaluate.ts";
import { askId } from "@countersign/application/ask-id.ts";
import { derivedRequestId } from "@countersign/application/derived-ids.ts";
import { evaluate as evaluateAsk } from "@countersign/application/evaluate.ts";
import { looksAtRisk } from "@countersign/domain/gate/evaluate-gates.ts";
import type { Reply } from "@countersign/messaging/bus.ts";
import type { Decider } from "../decider.ts";
import { bodyOf, envelopeOf, type Incoming } from "../incoming.ts";
import { bodyRefusal, no, yes } from "../reply.ts";
import { askFromBody } from "./ask-from-body.ts";

/** Would this action need approval? With `ask: true` the request is made when it would. */
export const evaluate = async (decider: Decider, incoming: Incoming): Promise<Reply> => {
  const body = bodyOf(incoming);
  const parsed = parseEvaluate(body, incoming.body.length);
  const { org, principal, idempotencyKey: key } = incoming;
  const id = askId(
    org,
    parsed.ok ? parsed.value.ask : null,
    key === null
      ? `apr_${decider.ids.ulid()}`
      : derivedRequestId("evaluate", org, principal.kind, principal.id, key),
  );
  const envelope = envelopeOf(incoming, decider.ids, "evaluate", body);
  const said = parsed.ok ? askFromBody(parsed.value.ask, id) : bodyRefusal(parsed.error);
  const { definition } = decider.engine.references.of(org);
  const ask =
    "code" in said || !looksAtRisk(definition.gates)
      ? said
      : await decider.advised(envelope, id, said);
  const outcome = await evaluateAsk(
    decider.engine,
    decider,
    envelope,
    id,
    ask,
    key,
    parsed.ok && parsed.value.makesRequest ? (asked) => decider.ask(envelope, id, asked) : null,
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
