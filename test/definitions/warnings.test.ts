import { describe, expect, test } from "vitest";
import type { Known } from "@countersign/definitions/known.ts";
import { emptyDefinition } from "@countersign/domain/definition/evolve.ts";
import { level, parseMarked, policyOf } from "./marked-file.ts";

const known: Known = {
  roles: new Map([
    ["qa", ["bo", "cy"]],
    ["sre", ["ed"]],
    ["nobody", []],
  ]),
  people: new Map([
    ["ana", { email: "ana@example.com" }],
    ["bo", { email: null }],
  ]),
  definition: emptyDefinition,
};

/** Code, path and hint of each warning, with a check that it stands at its mark. */
const warningsOf = (marked: string, options: { readonly known?: Known } = {}) => {
  const { parsed, places } = parseMarked(marked, options);
  expect(parsed.faults).toEqual([]);
  expect(parsed.definitions).not.toEqual([]);
  expect(parsed.warnings.map(({ line, column }) => ({ line, column }))).toEqual(places);
  return parsed.warnings.map(({ code, path, hint }) => [code, path, hint]);
};

const L = "policy.chain[0]";

describe("people that the directory does not have", () => {
  const asked = (type: string, identifier: string): string =>
    policyOf(`    - assignments:\n        - { type: ${type}, identifier: ${identifier} }\n`);
  const at = `${L}.assignments[0].identifier`;
  const elsewhere = "Add it to the directory, or import this where the directory has it.";

  test.each([
    ["role", "▶qaa", ["unknown-role", at, "Did you mean `qa`?"]],
    ["round_robin", "▶legal_team", ["unknown-role", at, elsewhere]],
    ["user", "▶somebody", ["unknown-person", at, elsewhere]],
    ["role", "▶nobody", ["empty-role", at, undefined]],
    ["user", "▶anna", ["unknown-person", at, "Did you mean `ana`?"]],
    ["user", "▶ana@exampel.com", ["unknown-person", at, "Did you mean `ana@example.com`?"]],
  ])("%s %s", (type, identifier, warning) => {
    expect(warningsOf(asked(type, identifier), { known })).toEqual([warning]);
  });

  test.each([
    ["role", "qa"],
    ["user", "ana"],
    ["user", "ana@example.com"],
    ["user", '"${issue.owner}"'],
  ])("%s %s is known, or found later", (type, identifier) => {
    expect(warningsOf(asked(type, identifier), { known })).toEqual([]);
  });

  test("nothing is said without a directory", () => {
    expect(warningsOf(asked("role", "qaa"))).toEqual([]);
  });

  test("more approvals than people", () => {
    const text = policyOf(
      "    - assignments: [{ type: role, identifier: qa }, { type: role, identifier: sre }]\n      required: threshold\n      required_count: ▶4\n",
    );
    expect(warningsOf(text, { known })).toEqual([
      ["quorum-too-high", `${L}.required_count`, undefined],
    ]);
    expect(warningsOf(text.replace("▶4", "3"), { known })).toEqual([]);
  });
});

describe("groups that need different people", () => {
  const both = (more: string, qa = "any"): string =>
    policyOf(
      `    - parallel: ▶[{ group: a, assignments: [{ type: role, identifier: qa }], required: ${qa} }, { group: b, assignments: [{ type: user, identifier: bo }] }]\n${more}`,
    );

  test("more together than there are", () => {
    expect(warningsOf(both("", "2"), { known })).toEqual([
      ["quorum-too-high", `${L}.parallel`, undefined],
    ]);
  });

  test.each([
    ["enough of them", both("")],
    ["one branch is enough", both("      logic: OR\n", "2")],
    ["one person may count twice", both("      distinct_approvers: false\n", "2")],
  ])("%s", (_, text) => {
    expect(warningsOf(text.replace("▶", ""), { known })).toEqual([]);
  });
});

test("a level that wants a recent sign-in, which nobody asks for", () => {
  const wanting = (value: string): string =>
    policyOf(`    - assignments: [{ type: user, identifier: bo }]\n      step_up: ${value}\n`);
  expect(warningsOf(wanting("▶true"))).toEqual([["step-up-off", `${L}.step_up`, undefined]]);
  expect(warningsOf(wanting("false"))).toEqual([]);
});

describe("ladders", () => {
  const ladder = (...steps: readonly string[]): string =>
    level(`      escalation:\n${steps.map((step) => `        - { ${step} }\n`).join("")}`);

  test("a step that is due before the one above it", () => {
    expect(
      warningsOf(policyOf(ladder("after: 4h, action: reminder", "after: 60m, action: ▶reminder"))),
    ).toEqual([["step-order", `${L}.escalation[1].action`, undefined]]);
  });

  test("a step behind a denial", () => {
    expect(
      warningsOf(policyOf(ladder("after: 1h, action: auto_deny", "after: 2h, action: ▶reminder"))),
    ).toEqual([["unreachable-step", `${L}.escalation[1].action`, undefined]]);
  });

  test("a step after the expiry", () => {
    expect(
      warningsOf(policyOf(ladder("after: 24h, action: ▶reminder"), "  expires_in: 1d\n")),
    ).toEqual([["unreachable-step", `${L}.escalation[0].action`, undefined]]);
  });

  test("a step after its level ends by itself", () => {
    const timed = (what: string, step: string): string =>
      policyOf(
        level(
          `      timeout: 4h\n      on_timeout: ${what}\n      escalation: [{ after: ${step}, action: ▶reminder }]\n`,
        ),
      );
    expect(warningsOf(timed("deny", "4h"))).toEqual([
      ["unreachable-step", `${L}.escalation[0].action`, undefined],
    ]);
    expect(warningsOf(timed("deny", "3h").replace("▶", ""))).toEqual([]);
    // The request goes on after this mark.
    expect(warningsOf(timed("pause_caller", "5h").replace("▶", ""))).toEqual([]);
  });

  const approving = ladder("after: 24h, action: ▶auto_approve");

  test("an automatic approval that this policy does not allow", () => {
    expect(warningsOf(policyOf(approving)).map(([code]) => code)).toEqual(["auto-approve-off"]);
    expect(warningsOf(policyOf(level("      timeout: 1h\n      on_timeout: ▶approve\n")))).toEqual([
      ["auto-approve-off", `${L}.on_timeout`, undefined],
    ]);
  });

  test("and one that this policy allows, but not the org", () => {
    const text = policyOf(approving, "  auto_approve: allow\n");
    expect(warningsOf(text, { known }).map(([code]) => code)).toEqual(["auto-approve-off"]);
    const allowing: Known = {
      ...known,
      definition: {
        ...emptyDefinition,
        defaults: { ...emptyDefinition.defaults, autoApprove: "allow" },
      },
    };
    const unmarked = text.replace("▶", "").replaceAll("qa", "sre");
    expect(warningsOf(unmarked, { known: allowing })).toEqual([]);
  });
});

describe("conditions", () => {
  const where = (...parts: readonly string[]): string =>
    policyOf(level(`      conditions:\n        ▶- { ${parts.join(" }\n        - { ")} }\n`));
  const field = (operator: string, value: string): string =>
    `field: action.parameters.a, operator: "${operator}", value: ${value}`;

  test.each([
    ["two values at once", field("=", "x"), field("=", "y")],
    ["a value that is not in a list", field("=", "x"), field("in", "[y, z]")],
    ["a value that is shut out", field("in", "[x]"), field("!=", "x")],
    ["more than ten and less than five", field(">", "10"), field("<", "5")],
    ["more than five and at most five", field(">", "5"), field("<=", "5")],
    ["ten or more, and seven", field(">=", "10"), field("=", "7")],
    ["there and not there", field("exists", "true"), field("exists", "false")],
  ])("%s never applies", (_, one, other) => {
    const expected = [["never-applies", `${L}.conditions`, undefined]];
    expect(warningsOf(where(one, other))).toEqual(expected);
    expect(warningsOf(where(other, one))).toEqual(expected);
  });

  test.each([
    ["the same value twice", field("=", "x"), field("=", "x")],
    ["from five to five", field(">=", "5"), field("<=", "5")],
    ["more than five and less than ten", field(">", "5"), field("<", "10")],
    [
      "missing, or else a value: unknown counts as applying",
      field("exists", "false"),
      field("=", "x"),
    ],
  ])("%s may apply", (_, one, other) => {
    expect(warningsOf(where(one, other).replace("▶", ""))).toEqual([]);
  });
});

describe("facts that the asker says", () => {
  const when = (field: string): string =>
    policyOf(level(`      conditions: [{ field: ▶${field}, operator: "=", value: x }]\n`));
  const at = `${L}.conditions[0].field`;
  const hint = "Only `action.parameters` is what will be run.";

  test.each(["context.amount", "amount", "risk.score", "agent.version", "run.id"])(
    "a level that depends on %s",
    (field) => {
      expect(warningsOf(when(field))).toEqual([["asker-fact", at, hint]]);
    },
  );

  test.each([
    "action.parameters.amount",
    "action.type",
    "requester.id",
    "agent.id",
    "issue.priority",
  ])("%s is not the asker's word alone", (field) => {
    expect(warningsOf(when(field).replace("▶", ""))).toEqual([]);
  });

  test("a guard is looked into, its own variables left out", () => {
    const guard = (text: string): string => policyOf(level(`      when: ▶'${text}'\n`));
    expect(warningsOf(guard('context.a == "x" && action.type == "y"'))).toEqual([
      ["asker-fact", `${L}.when`, hint],
    ]);
    const inner = 'action.parameters.list.exists(context, context.a == "x")';
    expect(warningsOf(guard(inner).replace("▶", ""))).toEqual([]);
  });

  test("a workflow's conditions are on the topic, which remembers who set what", () => {
    const text = `workflow:
  id: w
  transitions:
    - from: a
      to: b
      when: [{ field: priority, operator: "=", value: high }, issue.big]
      require_approval: [{ assignment: { type: role, identifier: qa } }]
`;
    expect(warningsOf(text)).toEqual([]);
  });
});

describe("calendars", () => {
  test("one that never opens", () => {
    expect(
      warningsOf("calendars:\n  - { id: c, zone: Europe/Berlin, hours: ▶{ mon: [] } }"),
    ).toEqual([["never-opens", "calendars[0].hours", undefined]]);
  });
});

describe("names of policies and calendars", () => {
  const naming = (name: string): string =>
    `policies:\n  - id: deploy\n    chain:\n      - assignments: [{ type: workflow, identifier: ${name} }]\n  - id: other\n    chain:\n      - assignments: [{ type: role, identifier: qa }]\n`;

  test("a policy of the same file is known, wherever it stands", () => {
    expect(parseMarked(naming("other"), { known }).parsed.faults).toEqual([]);
  });

  test("one that is nowhere is a fault with a hint", () => {
    const { parsed, places } = parseMarked(naming("▶othr"), { known });
    expect(
      parsed.faults.map(({ code, hint, line, column }) => [code, hint, { line, column }]),
    ).toEqual([["unknown-name", "Did you mean `other`?", places[0]]]);
  });

  test("without the org's definitions it may be there", () => {
    expect(parseMarked(naming("elsewhere")).parsed.faults).toEqual([]);
  });

  test("a transition's policy is known by the workflow and its name", () => {
    const text = `workflow:
  id: release
transitions:
  - { from: a, to: b, name: Ship it, require_approval: [{ assignment: { type: role, identifier: qa } }] }
defaults:
  policy: release/Ship it
`;
    expect(parseMarked(text, { known }).parsed.faults).toEqual([]);
    const { faults } = parseMarked(text.replace("release/Ship", "release/Chip"), { known }).parsed;
    expect(faults.map(({ code, path }) => [code, path])).toEqual([
      ["unknown-name", "defaults.policy"],
    ]);
  });

  test("a calendar is of the file or the org", () => {
    const text = policyOf(level("      calendar: work\n"));
    expect(parseMarked(text, { known }).parsed.faults.map(({ code }) => code)).toEqual([
      "unknown-name",
    ]);
    const both = `${text}calendars:\n  - { id: work, zone: UTC, hours: { mon: ["09:00-17:00"] } }\n`;
    expect(parseMarked(both, { known }).parsed.faults).toEqual([]);
  });
});
