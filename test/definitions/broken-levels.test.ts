import { describe, expect, test } from "vitest";
import { expectFaults } from "./expect-faults.ts";
import type { Case } from "./expect-faults.ts";
import { level, parseMarked, policyOf } from "./marked-file.ts";

const L = "policy.chain[0]";

const levels: readonly Case[] = [
  [
    "a misspelt required",
    policyOf(level("      ▶requried: all")),
    ["unknown-key", `${L}.requried`],
  ],
  [
    "two edits away from required",
    policyOf(level("      ▶requird_: all")),
    ["unknown-key", `${L}.requird_`],
  ],
  ["a short key one edit away", policyOf(level("      ▶nam: x")), ["unknown-key", `${L}.nam`]],
  [
    "a quorum nobody knows",
    policyOf(level("      required: ▶most")),
    ["not-one-of", `${L}.required`],
  ],
  [
    "a threshold without a count",
    policyOf(
      "    - ▶assignments:\n        - { type: role, identifier: qa }\n      required: threshold",
    ),
    ["missing-key", `${L}.required_count`],
  ],
  [
    "a percentage without its number",
    policyOf(
      "    - ▶assignments:\n        - { type: role, identifier: qa }\n      required: percent",
    ),
    ["missing-key", `${L}.required_percent`],
  ],
  [
    "a number and a count that differ",
    policyOf(level("      required: 2\n      required_count: ▶3")),
    ["not-one-of", `${L}.required_count`],
  ],
  [
    "a count and a percentage",
    policyOf(level("      required_count: 2\n      required_percent: ▶50")),
    ["not-one-of", `${L}.required_percent`],
  ],
  [
    "a threshold of nobody",
    policyOf(level("      required: threshold\n      required_count: ▶0")),
    ["out-of-range", `${L}.required_count`],
  ],
  [
    "a threshold of a half",
    policyOf(level("      required: threshold\n      required_count: ▶1.5")),
    ["out-of-range", `${L}.required_count`],
  ],
  [
    "a threshold in words",
    policyOf(level('      required: threshold\n      required_count: ▶"2"')),
    ["wrong-type", `${L}.required_count`],
  ],
  [
    "more than all of them",
    policyOf(level("      required: percent\n      required_percent: ▶101")),
    ["out-of-range", `${L}.required_percent`],
  ],
  [
    "a number that is none",
    policyOf(level("      required: ▶.nan")),
    ["out-of-range", `${L}.required`],
  ],
  [
    "a count beside any",
    policyOf(level("      required: ▶any\n      required_count: 2")),
    ["not-one-of", `${L}.required`],
  ],
  ["an empty required", policyOf(level("      required:▶")), ["wrong-type", `${L}.required`]],
  [
    "a duration without a unit",
    policyOf(level("      timeout: ▶30")),
    ["bad-duration", `${L}.timeout`],
  ],
  [
    "a duration in months",
    policyOf(level("      timeout: ▶P1M")),
    ["bad-duration", `${L}.timeout`],
  ],
  [
    "half an hour as a fraction",
    policyOf(level("      timeout: ▶0.5h")),
    ["bad-duration", `${L}.timeout`],
  ],
  ["no time at all", policyOf(level("      timeout: ▶0s")), ["bad-duration", `${L}.timeout`]],
  [
    "time that runs backwards",
    policyOf(level("      timeout: ▶-1h")),
    ["bad-duration", `${L}.timeout`],
  ],
  [
    "more than ten years",
    policyOf(level("      timeout: ▶3651d")),
    ["bad-duration", `${L}.timeout`],
  ],
  [
    "business days without calendars",
    policyOf(level("      timeout: ▶1bd")),
    ["bad-duration", `${L}.timeout`],
  ],
  [
    "a list for a duration",
    policyOf(level("      timeout: ▶[1h]")),
    ["wrong-type", `${L}.timeout`],
  ],
  [
    "a word for a flag",
    policyOf(level('      unskippable: ▶"yes"')),
    ["wrong-type", `${L}.unskippable`],
  ],
  ["a number for a name", policyOf(level("      name: ▶2026")), ["wrong-type", `${L}.name`]],
  ["an empty name", policyOf(level('      name: ▶""')), ["out-of-range", `${L}.name`]],
  ["XOR", policyOf(level("      logic: ▶XOR")), ["not-one-of", `${L}.logic`]],
  ["a level of nobody", policyOf("    - ▶name: QA"), ["missing-key", `${L}.assignments`]],
  [
    "an empty list of people",
    policyOf("    - assignments: ▶[]"),
    ["out-of-range", `${L}.assignments`],
  ],
  [
    "people and groups at once",
    policyOf(
      level("      ▶parallel: [{ group: g, assignments: [{ type: role, identifier: qa }] }]"),
    ),
    ["not-one-of", `${L}.parallel`],
  ],
  [
    "a quorum beside groups",
    policyOf(
      "    - parallel: [{ assignments: [{ type: role, identifier: qa }] }]\n      ▶required: all",
    ),
    ["unknown-key", `${L}.required`],
  ],
  [
    "two groups of one name",
    policyOf(
      "    - parallel:\n        - { group: g, assignments: [{ type: role, identifier: a }] }\n        - { group: ▶G, assignments: [{ type: role, identifier: b }] }",
    ),
    ["duplicate-id", `${L}.parallel[1].group`],
  ],
  [
    "a group without people",
    policyOf("    - parallel:\n        - { ▶group: g }"),
    ["missing-key", `${L}.parallel[0].assignments`],
  ],
  [
    "an assignment of a team",
    policyOf("    - assignments:\n        - { type: ▶team, identifier: qa }"),
    ["not-one-of", `${L}.assignments[0].type`],
  ],
  [
    "an assignment of nobody",
    policyOf("    - assignments:\n        - { ▶type: role }"),
    ["missing-key", `${L}.assignments[0].identifier`],
  ],
  [
    "a role with a star",
    policyOf('    - assignments:\n        - { type: role, identifier: ▶"qa*" }'),
    ["bad-id", `${L}.assignments[0].identifier`],
  ],
  [
    "a person with a space",
    policyOf("    - assignments:\n        - { type: user, identifier: ▶ana b }"),
    ["bad-id", `${L}.assignments[0].identifier`],
  ],
  [
    "a template without an end",
    policyOf('    - assignments:\n        - { type: user, identifier: ▶"${issue.owner" }'),
    ["bad-id", `${L}.assignments[0].identifier`],
  ],
  ["a chain of nothing", "policy:\n  id: p\n  chain: ▶[]", ["out-of-range", "policy.chain"]],
  ["a policy without a chain", "policy:\n  ▶id: p", ["missing-key", "policy.chain"]],
  ["a chain that is a mapping", "policy:\n  id: p\n  chain: ▶{}", ["wrong-type", "policy.chain"]],
  ["a level that is a word", "policy:\n  id: p\n  chain: [▶qa]", ["wrong-type", L]],
];

const several = (count: number, item: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => item(index)).join(", ");
const QA = "{ type: role, identifier: qa }";
const sizes: readonly Case[] = [
  [
    "twenty-one levels",
    `policy:\n  id: p\n  chain: ▶[${several(21, () => `{ assignments: [${QA}] }`)}]`,
    ["out-of-range", "policy.chain"],
  ],
  [
    "eleven groups",
    policyOf(
      `    - parallel: ▶[${several(11, (group) => `{ group: g${group}, assignments: [${QA}] }`)}]`,
    ),
    ["out-of-range", `${L}.parallel`],
  ],
  [
    "fifty-one assignments",
    policyOf(`    - assignments: ▶[${several(51, () => QA)}]`),
    ["out-of-range", `${L}.assignments`],
  ],
  [
    "eleven entries of `require_approval`",
    `workflow: { id: w }\ntransitions:\n  - from: a\n    to: b\n    require_approval: ▶[${several(11, () => `{ assignment: ${QA} }`)}]`,
    ["out-of-range", "transitions[0].require_approval"],
  ],
];

describe("a chain has at most 20 levels, a level 10 groups, a group 50 assignments", () => {
  expectFaults(sizes);
  test.each([
    `policy:\n  id: p\n  chain: [${several(20, () => `{ assignments: [${QA}] }`)}]`,
    policyOf(
      `    - parallel: [${several(10, (group) => `{ group: g${group}, assignments: [${QA}] }`)}]`,
    ),
    policyOf(`    - assignments: [${several(50, () => QA)}]`),
  ])("and so many are taken", (text) => {
    expect(parseMarked(text).parsed.faults).toEqual([]);
  });
});

describe("faults of levels stand at their line and column", () => {
  expectFaults(levels);
});
