import type { Access } from "@countersign/domain/directory/directory.ts";

/** The orgs of a run: two, so that what leaks from one to the other is seen. */
export const orgs = ["acme", "globex"] as const;

export const admin = "ana";

/** Everybody but the admin, who is there from the beginning. */
export const people: readonly { readonly id: string; readonly access: Access }[] = [
  { id: "bo", access: "approver" },
  { id: "cy", access: "approver" },
  { id: "dee", access: "approver" },
  { id: "eli", access: "approver" },
  { id: "vic", access: "viewer" },
];

export const agents: readonly { readonly id: string; readonly owner: string }[] = [
  { id: "deployer", owner: "bo" },
  { id: "ci", owner: "ana" },
];

export const roles: Readonly<Record<string, readonly string[]>> = {
  qa: ["bo", "cy", "ana"],
  ops: ["dee", "eli", "bo"],
};

export const policyIds = [
  "one",
  "chain",
  "everybody",
  "unreachable",
  "patient",
  "silent",
  "strict",
] as const;

/**
 * Short expiries and ladders, so that many requests run out, and many timers come due, while somebody votes. One lives
 * for longer than the rest after the last fault, so that what was missed of its ladder is still there to be seen.
 */
export const definitions = (generation: string): string => `defaults:
  auto_approve: allow
policies:
  - id: one
    name: One of QA ${generation}
    expires_in: 45s
    chain:
      - { level: 1, name: QA, assignments: [{ type: role, identifier: qa }], required: any }
  - id: chain
    name: QA, then operations ${generation}
    expires_in: 90s
    chain:
      - { level: 1, name: QA, assignments: [{ type: role, identifier: qa }], required: any }
      - level: 2
        name: Operations
        assignments: [{ type: role, identifier: ops }]
        required: threshold
        required_count: 2
  - id: everybody
    name: All of operations ${generation}
    expires_in: 2m
    chain:
      - { level: 1, name: Operations, assignments: [{ type: role, identifier: ops }], required: all }
  - id: unreachable
    name: Two of QA while it can be had
    expires_in: 60s
    chain:
      - level: 1
        name: QA
        on_deny: unreachable
        assignments: [{ type: role, identifier: qa }]
        required: threshold
        required_count: 2
  - id: patient
    name: QA, then operations, with ladders ${generation}
    expires_in: 15m
    pause_on_question: 30s
    escalation:
      - { after: 15s, action: reminder }
      - { after: 35s, action: notify_executive, to: [{ type: user, identifier: ana }] }
      - { after: 50s, action: reminder }
      - { after: 52s, action: reminder }
    chain:
      - level: 1
        name: QA
        assignments: [{ type: role, identifier: qa }]
        required: any
        timeout: 20s
        on_timeout: escalate
        escalation:
          - { after: 8s, action: reminder }
          - { after: 30s, action: escalate, to: [{ type: role, identifier: ops }] }
          - { after: 45s, action: reassign, to: [{ type: role, identifier: ops }] }
      - level: 2
        name: Operations
        assignments: [{ type: role, identifier: ops }]
        required: threshold
        required_count: 2
        timeout: 40s
        on_timeout: pause_caller
        escalation:
          - { after: 12s, action: escalate, to: [{ type: user, identifier: ana }] }
          - { after: 20s, action: reassign, to: [{ type: user, identifier: ana }] }
  - id: silent
    name: QA, or nobody says no ${generation}
    auto_approve: allow
    risk_ceiling: 1
    expires_in: 4m
    pause_on_question: 15s
    chain:
      - level: 1
        name: QA
        assignments: [{ type: role, identifier: qa }]
        required: all
        escalation:
          - { after: 10s, action: reminder }
          - { after: 25s, action: auto_approve }
          - { after: 70s, action: auto_deny }
  - id: strict
    name: QA in time ${generation}
    expires_in: 2m
    chain:
      - level: 1
        name: QA
        assignments: [{ type: role, identifier: qa }]
        required: any
        timeout: 25s
        on_timeout: deny
`;

export const workflow = (generation: string): string => `workflow:
  id: release
  name: Release ${generation}
states:
  draft: { type: initial }
  review: { sla: { warning: 8s, breach: 20s } }
  live: { sla: { breach: 15s } }
  refused: {}
transitions:
  - { from: draft, to: review, name: Review }
  - from: review
    to: live
    name: Go live
    approval_chain:
      expires_in: 60s
      chain:
        - { level: 1, name: QA, assignments: [{ type: role, identifier: qa }], required: any }
  - { from: review, to: refused, name: Refuse, metadata: { rejection: true } }
  - { from: refused, to: draft, name: Again }
  - { from: live, to: draft, name: Next }
`;

export const topics = ["r-1", "r-2", "r-3", "r-4"] as const;
export const states = ["draft", "review", "live", "refused"] as const;

/** Every minute, in the zone that is half an hour off; and whenever a level is overdue. */
export const recipes: readonly string[] = [
  `recipe:
  key: minutely
  name: Minutely
  trigger: scheduled
  schedule: "* * * * *"
  zone: Asia/Kolkata
  actions:
    - { type: set_field, field: seen, value: true }
`,
  `recipe:
  key: overdue
  name: Overdue
  trigger: approval.timeout
  actions:
    - { type: escalate_approval, add_approvers: [{ type: role, identifier: ops }], reason: Overdue }
`,
];
