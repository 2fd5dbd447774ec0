import { describe } from "vitest";
import { expectFaults } from "./expect-faults.ts";
import type { Case } from "./expect-faults.ts";
import { level, policyOf } from "./marked-file.ts";

const L = "policy.chain[0]";

const conditions: readonly Case[] = [
  [
    "a slip of a fact's name",
    policyOf(level("      conditions: [{ field: ▶contxt.amount, operator: exists }]\n")),
    ["unknown-name", `${L}.conditions[0].field`],
  ],
  [
    "a fact that is never there",
    policyOf(level("      conditions: [{ field: ▶action.kind, operator: exists }]\n")),
    ["unknown-name", `${L}.conditions[0].field`],
  ],
  [
    "the same in a guard",
    policyOf(level("      when: ▶▶isue.priority == 'critical' && transition.form == 'a'\n")),
    ["bad-guard", `${L}.when`],
    ["bad-guard", `${L}.when`],
  ],
  [
    "a condition without a field",
    policyOf(level("      conditions:\n        - ▶operator: exists")),
    ["missing-key", `${L}.conditions[0].field`],
  ],
  [
    "a condition without an operator",
    policyOf(level("      conditions:\n        - ▶field: a\n          value: 1")),
    ["missing-key", `${L}.conditions[0].operator`],
  ],
  [
    "a condition without a value",
    policyOf(level('      conditions:\n        - ▶field: a\n          operator: "="')),
    ["missing-key", `${L}.conditions[0].value`],
  ],
  [
    "an operator nobody knows",
    policyOf(level('      conditions:\n        - { field: a, operator: ▶"~", value: 1 }')),
    ["not-one-of", `${L}.conditions[0].operator`],
  ],
  [
    "a number in quotes, compared",
    policyOf(level('      conditions:\n        - { field: a, operator: gte, value: ▶"5000" }')),
    ["wrong-type", `${L}.conditions[0].value`],
  ],
  [
    "in without a list",
    policyOf(level("      conditions:\n        - { field: a, operator: in, value: ▶x }")),
    ["wrong-type", `${L}.conditions[0].value`],
  ],
  [
    "exists with a word",
    policyOf(level("      conditions:\n        - { field: a, operator: exists, value: ▶x }")),
    ["wrong-type", `${L}.conditions[0].value`],
  ],
  [
    "a misspelt operator key",
    policyOf(level("      conditions:\n        - { ▶field: a, ▶operater: exists }")),
    ["missing-key", `${L}.conditions[0].operator`],
    ["unknown-key", `${L}.conditions[0].operater`],
  ],
  [
    "any of nothing",
    policyOf(level("      conditions: { any: ▶[] }")),
    ["out-of-range", `${L}.conditions.any`],
  ],
  [
    "a guard that does not end",
    policyOf(level("      when: ▶issue.a ==")),
    ["bad-guard", `${L}.when`],
  ],
  ["a guard that is a number", policyOf(level('      when: ▶"1 + 2"')), ["bad-guard", `${L}.when`]],
  [
    "a guard in a list",
    policyOf(level("      when:\n        any:\n          - issue.a == 1\n          - ▶issue.b &&")),
    ["bad-guard", `${L}.when.any[1]`],
  ],
];

const ladders: readonly Case[] = [
  [
    "a step without a time",
    policyOf(level("      escalation:\n        - ▶action: reminder")),
    ["missing-key", `${L}.escalation[0].after`],
  ],
  [
    "a step without an action",
    policyOf(level("      escalation:\n        - ▶after: 1h")),
    ["missing-key", `${L}.escalation[0].action`],
  ],
  [
    "an escalation to nobody",
    policyOf(level("      escalation:\n        - { ▶after: 1h, action: escalate }")),
    ["missing-key", `${L}.escalation[0].to`],
  ],
  [
    "a misspelt action",
    policyOf(level("      escalation:\n        - { after: 1h, action: ▶escalte }")),
    ["not-one-of", `${L}.escalation[0].action`],
  ],
  [
    "channels that are no texts",
    policyOf(level("      escalation:\n        - { after: 1h, action: reminder, channels: [▶1] }")),
    ["wrong-type", `${L}.escalation[0].channels[0]`],
  ],
  [
    "escalating on time without a step",
    policyOf(level("      timeout: 1h\n      on_timeout: ▶escalate")),
    ["not-one-of", `${L}.on_timeout`],
  ],
  [
    "a misspelt key of a step",
    policyOf(
      level("      escalation:\n        - { after: 1h, action: reminder, ▶chanels: [email] }"),
    ),
    ["unknown-key", `${L}.escalation[0].chanels`],
  ],
];

const policies: readonly Case[] = [
  ["an id with a dot", "policy:\n  id: ▶a.b\n  chain:\n" + level(), ["bad-id", "policy.id"]],
  [
    "an id of 65 letters",
    `policy:\n  id: ▶${"a".repeat(65)}\n  chain:\n${level()}`,
    ["bad-id", "policy.id"],
  ],
  [
    "two policies of one id",
    "policies:\n  - { id: a, chain: [{ assignments: [{ type: role, identifier: qa }] }] }\n  - ▶{ id: a, chain: [{ assignments: [{ type: role, identifier: qa }] }] }",
    ["duplicate-id", "policies[1]"],
  ],
  [
    "a policy of a list without an id",
    "policies:\n  - { ▶chain: [{ assignments: [{ type: role, identifier: qa }] }] }",
    ["missing-key", "policies[0].id"],
  ],
  [
    "an expiry in words",
    policyOf(level(), "  expires_in: ▶soon\n"),
    ["bad-duration", "policy.expires_in"],
  ],
  [
    "a ceiling above one",
    policyOf(level(), "  risk_ceiling: ▶1.01\n"),
    ["out-of-range", "policy.risk_ceiling"],
  ],
  [
    "an infinite ceiling",
    policyOf(level(), "  risk_ceiling: ▶.inf\n"),
    ["out-of-range", "policy.risk_ceiling"],
  ],
  [
    "a schema with a type nobody knows",
    policyOf(level(), "  schema: ▶{ type: strnig }\n"),
    ["bad-schema", "policy.schema"],
  ],
  [
    "a condition on a parameter that the schema shuts out",
    policyOf(
      level("      conditions: [{ field: ▶action.parameters.amout, operator: exists }]\n"),
      "  schema: { properties: { amount: { type: number } }, additionalProperties: false }\n",
    ),
    ["unknown-name", `${L}.conditions[0].field`],
  ],
  [
    "a template without a field",
    policyOf(level(), "  one_pending_per: ▶release\n"),
    ["bad-id", "policy.one_pending_per"],
  ],
  [
    "a misspelt self_approval",
    policyOf(level(), "  ▶self_aproval: allow\n"),
    ["unknown-key", "policy.self_aproval"],
  ],
  ["maybe", policyOf(level(), "  self_approval: ▶maybe\n"), ["not-one-of", "policy.self_approval"]],
];

describe("faults of conditions and guards stand at their line and column", () => {
  expectFaults(conditions);
});
describe("faults of ladders stand at their line and column", () => {
  expectFaults(ladders);
});
describe("faults of policies stand at their line and column", () => {
  expectFaults(policies);
});
