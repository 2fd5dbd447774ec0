import type { Json, JsonObject } from "@countersign/domain/json.ts";
import type { SubmittedFields } from "@countersign/domain/request/events.ts";
import { factNamed } from "./conditions.ts";

/** The facts that were frozen with a request, as conditions and templates name them. */
export const requestFacts = (submitted: SubmittedFields): JsonObject => {
  const { action, topic, requester } = submitted;
  const facts: Record<string, Json> = {
    action: { ...action },
    context: submitted.context,
    risk: submitted.riskSnapshot,
    agent: submitted.agent,
    requester: { kind: requester.kind, id: requester.id, owner: requester.owner },
    run: submitted.links["run"] === undefined ? null : { id: submitted.links["run"] },
  };
  if (topic !== null) {
    const attributes = Object.entries(action.parameters).find(([name]) => name === "attributes");
    const issue: JsonObject = {
      ...(attributes?.[1] as JsonObject | undefined),
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

/** An assignment's identifier with every `${field}` filled in; null when a field is neither text nor number. */
export const filledIn = (identifier: string, submitted: SubmittedFields): string | null => {
  const pieces = identifier.split(/\$\{([^}]*)\}/);
  if (pieces.length === 1) {
    return identifier;
  }
  const facts = requestFacts(submitted);
  const filled = pieces.map((piece, index) => {
    const value = index % 2 === 0 ? piece : factNamed(facts, piece.trim());
    return typeof value === "string" || typeof value === "number" ? String(value) : null;
  });
  return filled.includes(null) ? null : filled.join("");
};
