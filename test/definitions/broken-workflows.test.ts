import { describe } from "vitest";
import { expectFaults } from "./expect-faults.ts";
import type { Case } from "./expect-faults.ts";

const flow = (transitions: string, states = ""): string =>
  `workflow:\n  id: w\n${states}transitions:\n${transitions}`;
const states = "states:\n  a: {}\n  b: {}\n";

const workflows: readonly Case[] = [
  [
    "a state that is not declared",
    flow("  - { from: a, to: ▶c }", states),
    ["unknown-name", "transitions[0].to"],
  ],
  [
    "a transition from nowhere",
    flow("  - { ▶to: b }", states),
    ["missing-key", "transitions[0].from"],
  ],
  [
    "one transition twice",
    flow("  - { from: a, to: b }\n  - ▶{ from: a, to: b }", states),
    ["duplicate-id", "transitions[1]"],
  ],
  [
    "a state twice in a list",
    flow("  - { from: a, to: a }", "states:\n  - { key: a }\n  - { key: ▶a }\n"),
    ["duplicate-id", "states[1].key"],
  ],
  [
    "a state without a key",
    flow("  - { from: a, to: a }", "states:\n  - { key: a }\n  - { ▶label: B }\n"),
    ["missing-key", "states[1].key"],
  ],
  [
    "an id of a policy that grows too long",
    flow(
      `  - ▶{ from: a, to: ${"b".repeat(62)}, require_approval: [{ assignment: { type: role, identifier: qa } }] }`,
    ),
    ["bad-id", "transitions[0]"],
  ],
  [
    "two ways to ask at once",
    flow(
      "  - from: a\n    to: b\n    require_approval: [{ assignment: { type: role, identifier: qa } }]\n    ▶approval: { approvers: [{ role: qa }] }",
      states,
    ),
    ["not-one-of", "transitions[0].approval"],
  ],
  [
    "nobody to ask",
    flow("  - { from: a, to: b, require_approval: ▶[] }", states),
    ["out-of-range", "transitions[0].require_approval"],
  ],
  [
    "an entry without an assignment",
    flow("  - { from: a, to: b, require_approval: [{ ▶metadata: {} }] }", states),
    ["missing-key", "transitions[0].require_approval[0].assignment"],
  ],
  [
    "a misspelt require_approval",
    flow("  - { from: a, to: b, ▶require_aproval: [] }", states),
    ["unknown-key", "transitions[0].require_aproval"],
  ],
  [
    "a misspelt requires_fields",
    flow("  - { from: a, to: b, metadata: { ▶require_fields: [x] } }", states),
    ["unknown-key", "transitions[0].metadata.require_fields"],
  ],
  [
    "an urgency nobody knows",
    flow("  - { from: a, to: b, metadata: { urgency: ▶asap } }", states),
    ["not-one-of", "transitions[0].metadata.urgency"],
  ],
  [
    "a guard with a slip",
    flow("  - { from: a, to: b, when: ▶'issue.a = 1' }", states),
    ["bad-guard", "transitions[0].when"],
  ],
  [
    "transitions in two places",
    "workflow:\n  id: w\n  transitions: []\n▶transitions: []",
    ["duplicate-key", "transitions"],
  ],
  ["a workflow of nothing", "workflow:\n  ▶id: w", ["missing-key", "workflow.transitions"]],
  [
    "conditions under any",
    flow(
      "  - { from: a, to: b }",
      "states:\n  a:\n    approval:\n      type: any\n      chain:\n        - { role: qa, conditions: ▶[{ field: x, operator: exists }] }\n  b: {}\n",
    ),
    ["not-one-of", "states.a.approval.chain[0].conditions"],
  ],
  [
    "an approval of nobody",
    flow("  - { from: a, to: b }", "states:\n  a:\n    approval: { ▶required: true }\n  b: {}\n"),
    ["missing-key", "states.a.approval.approvers"],
  ],
  [
    "an sla in words",
    flow("  - { from: a, to: b }", "states:\n  a:\n    sla: { breach: ▶8 hours }\n  b: {}\n"),
    ["bad-duration", "states.a.sla.breach"],
  ],
];

describe("faults of workflows stand at their line and column", () => {
  expectFaults(workflows);
});
