import { describe, expect, test } from "vitest";
import { changes } from "./versions.ts";

describe("gates, rules, levels, defaults and recipes", () => {
  const gate = (more: string): string => `gates:\n  - { id: g, ${more} }\n`;
  const deploys = 'gate_type: require_approval, actions: ["k8s:*", "db:*"], approvers: [sre]';
  const refunds =
    'gate_type: amount_threshold, actions: ["refund:*"], field: parameters.amount, above: 500, approvers: [sre]';
  const rule = (when: string, decide = "approve"): string =>
    `rules:\n  - { id: r, when: '${when}', decide: ${decide} }\n`;

  test.each([
    ["fewer actions", gate(deploys), gate(deploys.replace(', "db:*"', "")), true],
    ["more actions", gate(deploys.replace(', "db:*"', "")), gate(deploys), false],
    ["a higher threshold", gate(refunds), gate(refunds.replace("500", "900")), true],
    ["a lower threshold", gate(refunds), gate(refunds.replace("500", "100")), false],
    ["a gate that can be lifted", gate(deploys), gate(`${deploys}, liftable: true`), true],
    ["other people", gate(deploys), gate(deploys.replace("[sre]", "[qa]")), true],
    ["another message", gate(deploys), gate(`${deploys}, message: Hello`), false],
    ["a gate with a guard", gate(deploys), gate(`${deploys}, when: "context.a == 1"`), true],
    [
      "a gate of another type",
      gate(refunds),
      gate(refunds.replace("amount_threshold", "new_counterparty").replace("above: 500, ", "")),
      true,
    ],
    ["a rule with another guard", rule("context.a == 1"), rule("context.a == 2"), true],
    ["a rule that approves instead", rule("context.a == 1", "deny"), rule("context.a == 1"), true],
    [
      "self approval for everybody",
      "defaults: { self_approval: forbid }",
      "defaults: { self_approval: allow }",
      true,
    ],
    [
      "automatic approval",
      "defaults: { expires_in: 1h }",
      "defaults: { auto_approve: allow }",
      true,
    ],
    [
      "agents no longer",
      "defaults: { expires_in: 1h }",
      "defaults: { agent_deciders: forbid }",
      false,
    ],
    ["a longer life", "defaults: { expires_in: 1h }", "defaults: { expires_in: 2h }", false],
  ])("%s", (_, before, after, loosens) => {
    const found = changes(before, after);
    expect(found).not.toEqual([]);
    expect(found.some((change) => change.loosens)).toBe(loosens);
  });

  test("levels of tasks and namespaces", () => {
    const loosens = (before: string, after: string): boolean =>
      changes(before, after, "toml").some((change) => change.loosens);
    const task = (level: string): string => `[tasks]\ndefault_approval = "${level}"\n`;
    expect(loosens(task("always"), task("on-write"))).toBe(true);
    expect(loosens(task("on-write"), task("on-commit"))).toBe(true);
    expect(loosens(task("on-commit"), task("on-write"))).toBe(false);
    const more = (level: string): string =>
      `${task("always")}[namespaces.x]\napproval = "${level}"\n`;
    expect(loosens(task("always"), more("none"))).toBe(true);
    expect(loosens(task("always"), more("always"))).toBe(false);
    // What a namespace falls back to is not looked up.
    expect(loosens(more("always"), task("always"))).toBe(true);
  });
});
