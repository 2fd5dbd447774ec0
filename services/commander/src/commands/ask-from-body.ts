import { canonicalHash } from "@countersign/application/canonical.ts";
import { payloadFaults } from "@countersign/application/edit-payload.ts";
import { schemaFault } from "@countersign/application/payload-schema.ts";
import type { AskBody } from "@countersign/api-contract/ask.ts";
import type { JsonObject } from "@countersign/domain/json.ts";
import { askersRisk } from "@countersign/domain/request/asking/advised-risk.ts";
import type { Ask } from "@countersign/domain/request/commands.ts";
import type { Action } from "@countersign/domain/request/events.ts";
import { refuse, type Refusal } from "@countersign/domain/request/refusals.ts";

/** Empty objects that were not sent; one for all, never changed. */
const none: JsonObject = {};

/**
 * The domain's ask from a checked body. The payload is canonicalised and hashed here, once; whatever the asker says
 * about itself (`agent`) stays its prose.
 */
export const askFromBody = (body: AskBody, requestId: string): Ask | Refusal => {
  const schema = (body.schema ?? null) as JsonObject | null;
  const fault = schema === null ? null : schemaFault(schema);
  if (fault !== null) {
    const faults = [{ path: "schema", message: fault }];
    return refuse("unprocessable", `schema ${fault}.`, { faults });
  }
  const { tool } = body.action;
  const parameters = body.action.parameters as JsonObject;
  const action: Action =
    tool === undefined || tool === null
      ? { type: body.action.type, parameters }
      : { type: body.action.type, tool, parameters };
  return {
    requestId,
    title: body.title,
    description: body.description ?? null,
    action,
    payloadHash: canonicalHash(action),
    agent: (body.agent ?? null) as JsonObject | null,
    reasonCodes: body.reason_codes ?? [],
    policy: body.policy ?? null,
    approvers: body.approvers ?? null,
    observers: body.observers ?? [],
    suggested: body.suggested ?? [],
    policyTrace: (body.policy_trace ?? none) as JsonObject,
    riskSnapshot: askersRisk((body.risk_snapshot ?? none) as JsonObject),
    view: body.view ?? null,
    context: (body.context ?? none) as JsonObject,
    links: (body.links ?? none) as JsonObject,
    expiresIn: body.expires_in ?? null,
    urgency: body.urgency ?? "normal",
    schema,
    misfits: (schemas) => payloadFaults(schemas, parameters, "action.parameters"),
    dedupe: body.dedupe ?? null,
    previousRequestId: body.previous_request_id ?? null,
    validation: (body.validation ?? null) as JsonObject | null,
    topic: null,
  };
};
