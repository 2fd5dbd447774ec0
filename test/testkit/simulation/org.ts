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

export const policyIds = ["one", "chain", "everybody", "unreachable"] as const;

/** Short expiries, so that many requests run out while somebody votes on them. */
export const definitions = (generation: string): string => `policies:
  - id: one
    name: One of QA ${generation}
    expires_in: 45s
    chain:
      - { level: 1, name: QA, assignments: [{ type: role, identifier: qa }], required: any }
  - id: chain
    name: QA, then operations
    expires_in: 90s
    chain:
      - { level: 1, name: QA, assignments: [{ type: role, identifier: qa }], required: any }
      - level: 2
        name: Operations
        assignments: [{ type: role, identifier: ops }]
        required: threshold
        required_count: 2
  - id: everybody
    name: All of operations
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
`;

export const workflow = (generation: string): string => `workflow:
  id: release
  name: Release ${generation}
states:
  draft: { type: initial }
  review: {}
  live: {}
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
