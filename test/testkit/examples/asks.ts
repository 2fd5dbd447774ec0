import type { Ask } from "@countersign/domain/request/commands.ts";

/** What the deployment bot asks for by default: a deployment, under the policy `release`. */
export const ask = (fields: Partial<Ask> = {}): Ask => ({
  requestId: "apr_01JARZ3NDEKTSV4RRFFQ69G5FA",
  title: "Deploy app:v2.0.0 to production",
  description: null,
  action: {
    type: "kubernetes:deploy",
    tool: "kubectl",
    parameters: { namespace: "production", image: "app:v2.0.0", replicas: 3 },
  },
  payloadHash: "sha256:aa",
  agent: { id: "deployment-bot", name: "Deployment Bot", version: "2.1.0" },
  policy: "release",
  approvers: null,
  expiresIn: null,
  reasonCodes: ["REQUIRES_APPROVAL"],
  policyTrace: {},
  riskSnapshot: {},
  view: null,
  context: {},
  links: {},
  urgency: "normal",
  schema: null,
  dedupe: null,
  previousRequestId: null,
  validation: null,
  observers: [],
  suggested: [],
  topic: null,
  ...fields,
});
