/** Bodies to begin with, by the name of their schema. */
export const examples: Readonly<Record<string, object>> = {
  AskBody: {
    title: "Deploy app:v2.0.0 to production",
    action: {
      type: "kubernetes:deploy",
      tool: "kubectl",
      parameters: { namespace: "production", image: "app:v2.0.0", replicas: 3 },
    },
    reason_codes: ["REQUIRES_APPROVAL"],
    approvers: [{ type: "role", identifier: "qa_lead" }],
    expires_in: "24h",
  },
  EvaluateBody: {
    action: { type: "kubernetes:deploy", parameters: { namespace: "production" } },
    risk_snapshot: { estimated_cost_usd: 0.5 },
  },
  ApproveBody: { notes: "Looks fine.", payload_hash: "sha256:…", level: 1 },
  DenyBody: { reason: "Not during the freeze.", payload_hash: "sha256:…", level: 1 },
  ModifyBody: {
    payload: { namespace: "production", image: "app:v2.0.0", replicas: 2 },
    notes: "Two are enough.",
    payload_hash: "sha256:…",
  },
  ReassignBody: {
    from: "bo",
    to: [{ type: "user", identifier: "dee" }],
    reason: "On leave.",
  },
  ExtendBody: { expires_at: "2026-12-01T12:00:00Z", reason: "Waiting for the vendor." },
  AmendBody: {
    add_approvers: [{ level: 1, approvers: [{ type: "role", identifier: "security_lead" }] }],
    reason: "It touches the login.",
  },
  BulkApproveBody: { approval_ids: ["apr_01K0000000000000000000000A"], notes: "Weekly batch." },
  BulkDenyBody: { approval_ids: ["apr_01K0000000000000000000000A"], reason: "Out of date." },
  RecommendationBody: { recommendation: "approve", confidence: 0.9, summary: "As last week." },
  TransitionBody: {
    workflow: "release",
    topic: { id: "v2.0.0", state: "staging", attributes: { priority: "high" } },
    to: "pending_approval",
  },
  SimulateBody: {
    transition: { workflow: "release", from: "pending_approval", to: "production" },
    facts: { issue: { priority: "critical" } },
  },
  DelegationBody: { to: "cy", ends_at: "2026-12-01T12:00:00Z", reason: "Holiday." },
  PersonBody: { name: "Kim", email: "kim@example.com", access: "approver" },
  ApiKeyBody: { agent: "ci", scopes: ["execute"] },
  StandingGrantBody: {
    actions: ["kubernetes:*"],
    agent: "deployment-bot",
    ends_at: "2026-12-01T12:00:00Z",
    reason: "The migration window.",
  },
};
