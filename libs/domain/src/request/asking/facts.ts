import type { Json, JsonObject } from "../../json.ts";
import { isObject } from "../../json.ts";
import type { SubmittedFields } from "../events.ts";
import type { Frozen } from "../state.ts";

interface Made {
  readonly submitted: SubmittedFields;
  readonly action: Frozen["action"];
  readonly facts: JsonObject;
}

/** Asked for only where conditions or templates are written, and then several times on end with the same answer. */
let last: Made | undefined;

/** Facts of an ask with these fields, about this action. */
export const factsFrom = (
  fields: Pick<
    SubmittedFields,
    "topic" | "requester" | "links" | "context" | "riskSnapshot" | "agent"
  >,
  action: Frozen["action"],
): JsonObject => {
  const { topic, requester, links } = fields;
  const facts: Record<string, Json> = {
    action: { ...action },
    context: fields.context,
    risk: fields.riskSnapshot,
    agent: fields.agent,
    requester: { ...requester },
    run: links["run"] === undefined ? null : { id: links["run"] },
  };
  if (topic !== null) {
    const { attributes } = action.parameters;
    const issue = {
      ...(isObject(attributes) ? attributes : {}),
      id: topic.id,
      state: topic.from,
      status: topic.from,
    };
    facts["issue"] = issue;
    facts["case"] = issue;
    facts["transition"] = { from: topic.from, to: topic.to };
  }
  return facts;
};

/**
 * What conditions and templates of a request see: frozen at creation, except `action`, which is the current payload
 * version's. A topic's attributes stand in its request's `action.parameters.attributes`.
 */
export const factsOf = (frozen: Frozen): JsonObject => {
  const { submitted, action } = frozen;
  if (last?.submitted !== submitted || last.action !== action) {
    last = { submitted, action, facts: factsFrom(submitted, action) };
  }
  return last.facts;
};
