import type { JsonObject } from "@countersign/domain/json.ts";
import type { Answer } from "../testkit/http.ts";
import type { Standalone } from "../testkit/processes/standalone.ts";

/** Gates of several kinds, with the policies that they ask. */
export const gatesFile = `
policies:
  - id: deploy-production
    chain: [{ name: SRE, assignments: [{ type: role, identifier: sre_lead }] }]
  - id: everyday
    chain: [{ name: QA, assignments: [{ type: role, identifier: qa_lead }] }]
gates:
  - { id: deploys, gate_type: require_approval, actions: ["kubernetes:*"], policy: deploy-production }
  - { id: refunds, gate_type: amount_threshold, actions: ["refund:*"], field: parameters.amount, above: 500, approvers: [team_lead] }
  - { id: partners, gate_type: new_counterparty, actions: ["export:*"], field: parameters.destination, approvers: [security_team] }
  - { id: risky, gate_type: high_risk, above: 0.8, policy: deploy-production }
  - { id: never, gate_type: deny, actions: ["db:drop"], message: "Never by an agent." }
  - { id: docs, gate_type: approval_level, level: on-write, namespace: backend, approvers: [content_team], liftable: true }
rules:
  - { id: docs-only, when: 'action.type == "file_write" && action.parameters.path.startsWith("docs/")', decide: approve, reason: "Documentation" }
  - { id: no-fridays, when: 'action.type != "workflow:transition" && context.weekday == "friday"', decide: deny, reason: "Not on a Friday." }
`;

/** The answer of `POST …/evaluate`. */
export interface Evaluation {
  readonly decision: string;
  readonly reasons: readonly { readonly code: string; readonly message: string }[];
  readonly policy_trace: { readonly checks?: readonly JsonObject[] };
  readonly approval_id?: string;
}

/** An action on a Monday: the deny rule about Fridays can be judged. */
export const action = (type: string, parameters: object = {}): object => ({
  action: { type, parameters },
  context: { weekday: "monday" },
});

/** Asks whether an action would need approval. */
export const evaluate = async (
  server: Pick<Standalone, "as">,
  body: object,
  by = "deployment-bot",
  key?: string,
): Promise<Answer<Evaluation>> =>
  server
    .as(by)
    .post("/evaluate", body, key === undefined ? {} : { headers: { "idempotency-key": key } });
