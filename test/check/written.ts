import type { Actor } from "@countersign/domain/actor.ts";
import type { GroupPlan, LevelPlan, Policy } from "@countersign/domain/policy/policy.ts";
import type { GroupRecord, SubmittedFields } from "@countersign/domain/request/events.ts";
import type { Transition, Workflow } from "@countersign/domain/topic/workflow.ts";
import type { LogEntry } from "@countersign/check/log-entry.ts";
import { append, minute, type Written } from "./planting.ts";

export const directory = "directory-demo.main";
export const definition = "definition-demo.main";
export const stream = (id: string): string => `request-demo.${id}`;
export const topicStream = "topic-demo.release.Ui00Mg";

export const person = (id: string): Actor => ({ kind: "person", id });
export const bot: Actor = { kind: "agent", id: "ci" };

export const group = (name: string, over: Partial<GroupPlan> = {}): GroupPlan => ({
  group: name,
  assignments: [{ type: "role", identifier: name }],
  quorum: { required: "any", count: null, percent: null },
  message: null,
  ...over,
});

export const level = (
  number: number,
  groups: GroupPlan[],
  over: Partial<LevelPlan> = {},
): LevelPlan => ({
  number,
  name: `Level ${number}`,
  message: null,
  groups,
  logic: "AND",
  conditions: null,
  timeout: null,
  onTimeout: null,
  escalation: [],
  onDeny: "veto",
  onEmpty: "block",
  distinctApprovers: true,
  unskippable: false,
  stepUp: false,
  calendar: null,
  deciders: [],
  ...over,
});

export const policy = (id: string, chain: LevelPlan[], over: Partial<Policy> = {}): Policy => ({
  id,
  version: 1,
  name: id,
  chain,
  escalation: [],
  expiresIn: null,
  selfApproval: null,
  onAllSkipped: "block",
  fallback: null,
  autoApprove: "forbid",
  observers: [],
  riskCeiling: 0.5,
  maxResubmissions: 3,
  reapproval: "required",
  grantValidFor: "1h",
  pauseOnQuestion: "0",
  schema: null,
  onePendingPer: null,
  ...over,
});

/** QA any; then engineering any and all of SRE; then, for critical ones, a manager. */
export const deploy = policy("deploy", [
  level(1, [group("qa_lead")]),
  level(2, [
    group("engineering_lead"),
    group("sre", { quorum: { required: "all", count: null, percent: null } }),
  ]),
  level(3, [group("manager")], {
    conditions: { kind: "field", field: "priority", operator: "=", value: "critical" },
  }),
]);

export const transition = (over: Partial<Transition>): Transition => ({
  from: "staging",
  to: "production",
  name: null,
  when: null,
  conditions: null,
  policy: null,
  requiresFields: [],
  rejection: false,
  message: null,
  urgency: null,
  ...over,
});

export const release: Workflow = {
  id: "release",
  version: 1,
  name: "Release",
  states: [
    { key: "staging", label: "Staging", type: "initial" },
    { key: "production", label: "Production", type: null },
    { key: "done", label: "Done", type: "final" },
  ],
  transitions: [
    transition({ policy: policy("release--staging--production", [level(1, [group("qa_lead")])]) }),
    transition({ from: "production", to: "done" }),
  ],
};

export const imported = (kind: string, content: { readonly id: string }, version = 1): Written => [
  `${kind}Imported`,
  {
    kind: kind.toLowerCase(),
    id: content.id,
    version,
    label: null,
    hash: "sha256:0",
    file: "f.yaml",
    source: "",
    content,
  },
];

export const member = (id: string, over: object = {}): Written => [
  "PersonChanged",
  { id, name: id, email: null, access: "approver", zone: null, active: true, ...over },
];

export const role = (name: string, ...members: string[]): Written => [
  "RoleChanged",
  { role: name, members },
];

export const submitted = (id: string, over: Partial<SubmittedFields> = {}): Written => {
  const data: SubmittedFields = {
    requestId: id,
    title: "Deploy",
    description: null,
    action: { type: "deploy", parameters: {} },
    payloadHash: "sha256:1",
    requester: { kind: "agent", id: "ci", owner: "ana" },
    agent: null,
    policies: [{ id: "deploy", version: 1, gate: null }],
    inlineChain: null,
    escalated: false,
    selfApproval: false,
    reasonCodes: [],
    gateType: null,
    policyTrace: {},
    riskSnapshot: {},
    view: null,
    context: { priority: "low" },
    links: {},
    urgency: "normal",
    schema: null,
    dedupe: null,
    previousRequestId: null,
    validation: null,
    observers: [],
    suggested: [],
    expiresAt: minute(1_440),
    topic: null,
    ...over,
  };
  return ["RequestSubmitted", data];
};

export const pool = (name: string, needed = 1): GroupRecord => ({
  group: name,
  needed,
  pools: [name],
  slots: [],
});

export const recorded = (name: string, ...people: string[]): GroupRecord => ({
  group: name,
  needed: people.length,
  pools: [],
  slots: people.map((approver) => ({ approver, via: { type: "role", identifier: name } })),
});

export const opened = (number: number, ...groups: GroupRecord[]): Written => [
  "LevelOpened",
  { level: number, because: null, groups },
];

export const skipped = (number: number): Written => [
  "LevelSkipped",
  { level: number, because: 'priority = "low"', facts: { priority: "low" } },
];

export const voted = (
  votedBy: string,
  number = 1,
  over: { decision?: "approve" | "deny"; payloadHash?: string; onBehalfOf?: string } = {},
): Written => [
  "VoteCast",
  {
    level: number,
    decision: "approve",
    votedBy,
    onBehalfOf: null,
    delegationId: null,
    payloadHash: "sha256:1",
    notes: null,
    reason: null,
    ...over,
  },
];

export const levelApproved = (by: string | Actor, number = 1): Written => [
  "LevelApproved",
  { level: number, by: typeof by === "string" ? person(by) : by, pools: {} },
];

export const approved = (by: string | Actor): Written => [
  "RequestApproved",
  {
    by: typeof by === "string" ? person(by) : by,
    notes: null,
    payloadHash: "sha256:1",
    payloadVersion: 1,
    grant: null,
  },
];

/** People, roles, an agent and two definitions: what every planted request stands on. */
export const org = (...more: readonly Written[]): LogEntry[] => {
  const people: Written[] = [
    member("ana", { access: "admin" }),
    ...["bo", "cy", "dee", "eli", "fay", "gus"].map((id) => member(id)),
    member("vic", { access: "viewer" }),
    ["AgentChanged", { id: "ci", name: "CI", owner: "ana", version: null }],
    role("qa_lead", "bo", "cy", "vic", "ana"),
    role("engineering_lead", "dee", "eli"),
    role("sre", "eli", "fay"),
    role("manager", "gus"),
  ];
  const first = append([], { stream: directory, actor: person("ana"), events: people, minute: 0 });
  const events = [imported("Policy", deploy), imported("Workflow", release), ...more];
  return append(first, { stream: definition, actor: person("ana"), events, minute: 1 });
};
