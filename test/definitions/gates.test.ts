import { describe, expect, test } from "vitest";
import { emptyDefinition } from "@countersign/domain/definition/evolve.ts";
import { parseFile, type ParsedFile } from "@countersign/definitions/parse-file.ts";

const parse = (text: string, defaults: Partial<typeof emptyDefinition.defaults> = {}): ParsedFile =>
  parseFile({
    text,
    mediaType: "yaml",
    file: "gates.yaml",
    known: {
      roles: new Map([["qa_lead", ["bo"]]]),
      people: new Map(),
      definition: { ...emptyDefinition, defaults: { ...emptyDefinition.defaults, ...defaults } },
    },
  });

const faults = (gate: string): readonly (readonly [string, string])[] =>
  parse(`gates:\n  - { id: g, ${gate} }`).faults.map(({ code, path }) => [code, path] as const);

const warnings = (text: string, defaults = {}): readonly (readonly [string, string])[] =>
  parse(text, defaults).warnings.map(({ code, path }) => [code, path] as const);

describe("A gate that leaves open what it means is not imported", () => {
  test.each([
    [
      "both a policy and approvers",
      'gate_type: require_approval, actions: ["*"], policy: p, approvers: [qa_lead]',
      [
        ["unknown-name", "gates[0].policy"],
        ["not-one-of", "gates[0].approvers"],
      ],
    ],
    [
      "an empty list of approvers",
      'gate_type: require_approval, actions: ["*"], approvers: []',
      [["out-of-range", "gates[0].approvers"]],
    ],
    [
      "an empty list of actions",
      "gate_type: require_approval, actions: [], approvers: [qa_lead]",
      [["out-of-range", "gates[0].actions"]],
    ],
    [
      "a threshold in words",
      'gate_type: amount_threshold, field: parameters.amount, above: "500", approvers: [qa_lead]',
      [["wrong-type", "gates[0].above"]],
    ],
    [
      "a misspelt key",
      'gate_type: require_approval, actions: ["*"], aprovers: [qa_lead]',
      [["unknown-key", "gates[0].aprovers"]],
    ],
  ])("%s", (_, gate, expected) => {
    expect(faults(gate)).toEqual(expected);
  });

  test("one that asks for approval of nothing: it names actions or has a guard", () => {
    const gate = "gate_type: require_approval, approvers: [qa_lead]";
    expect(faults(gate)).toEqual([["missing-key", "gates[0].actions"]]);
    expect(faults(`${gate}, when: action.parameters.live == true`)).toEqual([]);
  });

  test("a rule that would hold on no facts at all", () => {
    const { faults: found } = parse("rules:\n  - { id: r, when: [], decide: approve }");
    expect(found.map(({ code, path }) => [code, path])).toEqual([
      ["out-of-range", "rules[0].when"],
    ]);
  });
});

describe("A gate that names nobody", () => {
  const nobody = "gates:\n  - { id: g, gate_type: high_risk, above: 0.5 }";

  test("is worth a warning in an organisation without a default policy", () => {
    expect(warnings(nobody)).toEqual([["empty-role", "gates[0]"]]);
  });

  test("asks the default policy or the routing, of the organisation or of the same file", () => {
    expect(warnings(nobody, { policy: "everyday" })).toEqual([]);
    expect(warnings(nobody, { routing: { primary: { role: "qa_lead" } } })).toEqual([]);
    const routing = "defaults: { routing: { primary: { role: qa_lead } } }";
    expect(warnings(`${routing}\n${nobody}`)).toEqual([]);
    expect(warnings(`defaults: {}\n${nobody}`, { policy: "everyday" })).toHaveLength(1);
  });

  test("needs nobody when it denies", () => {
    expect(warnings('gates:\n  - { id: g, gate_type: deny, actions: ["db:drop"] }')).toEqual([]);
  });
});

describe("A gate's routing", () => {
  const routed = (minutes: readonly [number, number, number], action = "auto_reject"): string =>
    `gates:
  - id: g
    gate_type: high_risk
    above: 0.5
    approvers: [qa_lead]
    routing:
      primary: { role: qa_lead, timeout_minutes: ${minutes[0]} }
      escalation: { role: qa_lead, timeout_minutes: ${minutes[1]} }
      final: { action: ${action}, timeout_minutes: ${minutes[2]} }`;
  const at = "gates[0].routing";

  test("is a ladder: a stop that is due before the one above it is worth a warning", () => {
    expect(warnings(routed([30, 60, 120]))).toEqual([]);
    expect(warnings(routed([90, 60, 120]))).toEqual([
      ["step-order", `${at}.escalation.timeout_minutes`],
    ]);
    expect(warnings(routed([30, 60, 45]))).toEqual([["step-order", `${at}.final.timeout_minutes`]]);
  });

  test("approves nothing at its end", () => {
    expect(warnings(routed([30, 60, 120], "auto_approve"))).toEqual([
      ["auto-approve-off", `${at}.final.action`],
    ]);
  });
});
