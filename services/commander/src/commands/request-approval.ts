import { askId } from "@countersign/application/ask-id.ts";
import { derivedRequestId } from "@countersign/application/derived-ids.ts";
import { parseAsk } from "@countersign/api-contract/ask.ts";
import { validationRefusal } from "@countersign/domain/request/asking/submit.ts";
import type { Reply } from "@countersign/messaging/bus.ts";
import { answerWithRequest } from "../answer.ts";
import { bodyOf, envelopeOf, type Incoming } from "../incoming.ts";
import { ownGrant } from "../own-grant.ts";
import { bodyRefusal, no } from "../reply.ts";
import type { Decider } from "../decider.ts";
import { askFromBody } from "./ask-from-body.ts";

/** Ask. With an idempotency key the request's id is derived from it, so the store itself is the deduplication. */
export const requestApproval = async (decider: Decider, incoming: Incoming): Promise<Reply> => {
  const body = bodyOf(incoming);
  const parsed = parseAsk(body, incoming.body.length);
  const { org, principal, idempotencyKey } = incoming;
  const id = askId(
    org,
    parsed.ok ? parsed.value : null,
    idempotencyKey === null
      ? `apr_${decider.ids.ulid()}`
      : derivedRequestId("ask", org, principal.kind, principal.id, idempotencyKey),
  );
  const envelope = envelopeOf(incoming, decider.ids, "request-approval", body);
  const outcome = await decider.ask(
    envelope,
    id,
    parsed.ok ? askFromBody(parsed.value, id) : bodyRefusal(parsed.error),
  );
  const { state } = outcome.fold;
  // What was refused and kept is refused again, for whoever did not hear it.
  if (outcome.ok && outcome.effect === "repeated" && state.status !== "absent") {
    const invalid = validationRefusal(state.submitted);
    if (invalid !== null) return no(invalid);
  }
  const grant = ownGrant(state, principal, decider.grants);
  return answerWithRequest(
    outcome,
    ({ effect }) => (effect === "appended" ? "created" : "repeated"),
    grant === null ? null : await grant,
  );
};
