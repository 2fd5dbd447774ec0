import type { RequestView } from "@countersign/domain/request/view/wire.ts";
import { requestId } from "./gateway-under-test.ts";

/** A request as the projector answers it: pending at level 1, which waits for bo. */
export const exampleRequest = (overrides: Partial<RequestView> = {}): RequestView => ({
  id: requestId(),
  org: "demo",
  status: "pending",
  title: "Deploy app:v2.0.0",
  description: null,
  action: { type: "kubernetes:deploy", parameters: { image: "app:v2.0.0" } },
  payload_hash: "sha256:00",
  payload_version: 1,
  view: null,
  requester: { kind: "agent", id: "ci", owner: "ana" },
  agent: { id: "ci", name: "CI", version: null },
  policy: { id: "release", version: 3 },
  policies: [{ id: "release", version: 3, gate: null }],
  reason_codes: ["REQUIRES_APPROVAL"],
  gate_type: null,
  policy_trace: {},
  risk_snapshot: { score: 0.4 },
  context: { issue: 7 },
  recommendations: [],
  links: { pipeline: "main" },
  urgency: "high",
  validation: null,
  previous_request_id: null,
  levels: [
    {
      number: 1,
      name: "QA",
      message: null,
      status: "open",
      because: null,
      logic: "AND",
      opened_at: "2026-03-01T10:00:00.000Z",
      due_at: null,
      overdue: false,
      resolved_at: null,
      resolved_by: null,
      groups: [
        {
          group: "qa",
          message: null,
          required: "any",
          needed: 1,
          status: "open",
          blocked: false,
          slots: [
            {
              approver: "bo",
              via: { type: "role", identifier: "qa_lead" },
              why: "member of qa_lead",
              alternate: false,
              counted: false,
              status: "open",
              vote: null,
            },
          ],
        },
      ],
    },
  ],
  blocked: false,
  caller_paused: false,
  observers: [],
  suggested: [],
  attachments: [],
  claimed_by: null,
  questions: [],
  children: [],
  parent: null,
  attempts: [],
  automations: [],
  created_at: "2026-03-01T10:00:00.000Z",
  expires_at: "2026-03-02T10:00:00.000Z",
  resolved_at: null,
  resolution: null,
  execution: null,
  timeline: [{ at: "2026-03-02T10:00:00.000Z", action: "expiry", level: null, step: null, to: [] }],
  position: "12",
  ...overrides,
});

/** The same as a row of a list. */
export const exampleRow = (overrides: Partial<RequestView> = {}): object => {
  const { context: _c, attachments: _a, timeline: _t, action, ...row } = exampleRequest(overrides);
  return { ...row, action: { type: action.type } };
};
