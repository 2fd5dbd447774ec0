import { describe } from "vitest";
import { expectFaults } from "./expect-faults.ts";
import type { Case } from "./expect-faults.ts";
import { level } from "./marked-file.ts";

const syntax: readonly Case[] = [
  ["a tab as indentation", "workflow:\n▶\tid: x", ["yaml-syntax", ""]],
  ["a text without its closing quote", 'workflow: "x▶', ["yaml-syntax", ""]],
  ["a mapping inside of a line", "policy: ▶a: b", ["yaml-syntax", ""]],
  ["an alias without an anchor", "policy: ▶*nobody", ["yaml-syntax", "policy"]],
  ["two documents", "policy: {id: a}\n▶---\npolicy: {id: b}", ["yaml-syntax", ""]],
  ["a tag that nobody knows", "policy: ▶!secret x", ["yaml-syntax", ""]],
  ["a key that is a list", "policy:\n  ? ▶[a]\n  : b", ["yaml-syntax", "policy"]],
  [
    "a key twice",
    "policy:\n  id: a\n  ▶id: b\n  chain:\n" + level(),
    ["duplicate-key", "policy.id"],
  ],
  [
    "a policy twice",
    "policy:\n  id: a\n  chain:\n" + level() + "▶policy: {}",
    ["duplicate-key", "policy"],
  ],
  [
    "a key that reaches for a prototype",
    "policy:\n  id: a\n  chain:\n" + level() + "  ▶__proto__: {}",
    ["unknown-key", "policy.__proto__"],
  ],
];

const files: readonly Case[] = [
  ["a file that brings nothing", "▶title: x", ["missing-key", "workflow"]],
  ["a list for a file", "▶- a", ["wrong-type", ""]],
  ["an empty file", "▶", ["wrong-type", ""]],
  ["a slip in the first word", "▶polcy: {}", ["unknown-key", "polcy"]],
  ["transitions without a workflow", "▶transitions: []", ["missing-key", "workflow"]],
  ["a workflow that is a text", "workflow: ▶release\ntransitions: []", ["wrong-type", "workflow"]],
];

const others: readonly Case[] = [
  [
    "a gate of an unknown type",
    "gates:\n  - { gate_type: ▶cost }",
    ["not-one-of", "gates[0].gate_type"],
  ],
  [
    "a cost gate without a threshold",
    "gates:\n  - { ▶gate_type: cost_threshold }",
    ["missing-key", "gates[0].threshold_usd"],
  ],
  [
    "a cost below nothing",
    "gates:\n  - { gate_type: cost_threshold, threshold_usd: ▶-1 }",
    ["out-of-range", "gates[0].threshold_usd"],
  ],
  [
    "a routing without a role",
    "routing:\n  primary: { ▶timeout_minutes: 3 }",
    ["missing-key", "routing.primary.role"],
  ],
  [
    "a rule that cannot be read",
    "rules:\n  - { id: r, when: ▶'action.type ==', decide: approve }",
    ["bad-guard", "rules[0].when"],
  ],
  [
    "a zone that is none",
    "calendars:\n  - { id: c, zone: ▶Europe/Atlantis, hours: { mon: ['09:00-17:00'] } }",
    ["unknown-zone", "calendars[0].zone"],
  ],
  [
    "hours that end before they begin",
    "calendars:\n  - { id: c, zone: UTC, hours: { mon: [▶'17:00-09:00'] } }",
    ["bad-hours", "calendars[0].hours.mon[0]"],
  ],
  [
    "the thirtieth of February",
    "calendars:\n  - { id: c, zone: UTC, hours: { mon: ['09:00-17:00'] }, holidays: [▶2026-02-30] }",
    ["bad-date", "calendars[0].holidays[0]"],
  ],
  [
    "a schedule of four fields",
    "recipe:\n  key: r\n  trigger: scheduled\n  schedule: ▶'* * * *'\n  actions: []",
    ["bad-schedule", "recipe.schedule"],
  ],
  [
    "a recipe without a schedule",
    "recipe:\n  ▶key: r\n  trigger: scheduled\n  actions: []",
    ["missing-key", "recipe.schedule"],
  ],
  [
    "a misspelt default",
    "defaults:\n  ▶auto_aprove: allow",
    ["unknown-key", "defaults.auto_aprove"],
  ],
];

describe("faults of the syntax stand at their line and column", () => {
  expectFaults(syntax);
});
describe("faults of the file stand at their line and column", () => {
  expectFaults(files);
});
describe("faults of gates, rules, calendars, recipes and defaults stand at their line and column", () => {
  expectFaults(others);
});
