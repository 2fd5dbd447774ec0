import { describe, expect, test } from "vitest";
import type { LevelPlan } from "@countersign/domain/policy/policy.ts";
import type { Transition } from "@countersign/domain/topic/workflow.ts";
import { level, parseMarked, policyOf } from "./marked-file.ts";

const transitionsOf = (text: string) => {
  const { parsed } = parseMarked(text);
  expect(parsed.faults).toEqual([]);
  const [definition] = parsed.definitions;
  const transitions = definition?.kind === "workflow" ? definition.content.transitions : [];
  return { ignored: parsed.ignored, transitions, first: transitions[0] };
};

const shown = (levels: readonly LevelPlan[] = []) =>
  levels.map(({ name, groups, conditions }) => ({
    name,
    groups: groups.map(({ group, assignments, quorum }) => [
      group,
      assignments.map(({ type, identifier }) => `${type} ${identifier}`),
      quorum.count ?? quorum.percent ?? quorum.required,
    ]),
    conditional: conditions !== null,
  }));

const chainOf = (transition: Transition | undefined) => shown(transition?.policy?.chain);

const chainOfPolicy = (text: string): readonly LevelPlan[] => {
  const { parsed } = parseMarked(text);
  expect(parsed.faults).toEqual([]);
  const [definition] = parsed.definitions;
  return definition?.kind === "policy" ? definition.content.chain : [];
};

describe("the quorum of a group", () => {
  const required = (people: string, more: string): unknown => {
    const [first] = chainOfPolicy(policyOf(`    - assignments: [${people}]\n${more}`));
    return first?.groups[0]?.quorum;
  };
  const ana = "{ type: user, identifier: ana }";
  const qa = "{ type: role, identifier: qa }";

  test.each([
    ["nothing written for users only", ana, "", ["all", null, null]],
    ["nothing written for a role", qa, "", ["any", null, null]],
    ["nothing written for a user and a role", `${ana}, ${qa}`, "", ["any", null, null]],
    ["a number", qa, "      required: 2\n", ["threshold", 2, null]],
    [
      "a threshold",
      qa,
      "      required: threshold\n      required_count: 3\n",
      ["threshold", 3, null],
    ],
    ["a count alone", qa, "      required_count: 3\n", ["threshold", 3, null]],
    [
      "a percentage",
      qa,
      "      required: percent\n      required_percent: 60\n",
      ["percent", null, 60],
    ],
    ["a percentage alone", qa, "      required_percent: 60\n", ["percent", null, 60]],
  ])("%s", (_, people, more, [word, count, percent]) => {
    expect(required(people, more)).toEqual({ required: word, count, percent });
  });
});

describe("require_approval", () => {
  test("several entries are groups of one level, a repeated name counted", () => {
    const entry = (identifier: string) =>
      `{ assignment: { type: role, identifier: ${identifier} } }`;
    const { first } = transitionsOf(
      `workflow: { id: w, transitions: [{ from: a, to: b, name: Ship it, require_approval: [${entry("qa")}, ${entry("sre")}, ${entry("qa")}] }] }`,
    );
    expect(chainOf(first)).toEqual([
      {
        name: "Ship it",
        groups: [
          ["qa", ["role qa"], "any"],
          ["sre", ["role sre"], "any"],
          ["qa-2", ["role qa"], "any"],
        ],
        conditional: false,
      },
    ]);
  });
});

describe("an approval of a state", () => {
  const flow = (approval: string): string => `workflow:
  id: w
states:
  review:
${approval}
  done: {}
transitions:
  - { from: review, to: done, name: Finish }
  - { from: review, to: review, name: Reject it }
`;

  test("guards what leaves it, but not what takes back, and says so", () => {
    const { transitions, ignored } = transitionsOf(
      flow("    approval: { required: true, approvers: [{ role: qa }, { user: ana }] }"),
    );
    expect(chainOf(transitions[0])).toEqual([
      { name: "Finish", groups: [["qa", ["role qa", "user ana"], "any"]], conditional: false },
    ]);
    expect(transitions[1]?.policy).toBeNull();
    expect(ignored.map(({ path, line }) => [path, line])).toEqual([["transitions[1]", 9]]);
  });

  test("conditions beside it are its own", () => {
    const { first } = transitionsOf(
      flow(
        "    approval: { approvers: [{ role: qa }] }\n    conditions: [{ field: x, operator: exists }]",
      ),
    );
    expect(first?.policy?.chain[0]?.conditions).toEqual({
      kind: "field",
      field: "x",
      operator: "exists",
      value: true,
    });
    expect(first?.conditions).toBeNull();
  });

  const typed = (type: string): string =>
    flow(
      `    approval:\n      type: ${type}\n      chain:\n        - { role: qa }\n        - { user: ana }\n`,
    );

  test("sequential is a level each", () => {
    expect(chainOf(transitionsOf(typed("sequential")).first).map(({ groups }) => groups)).toEqual([
      [["qa", ["role qa"], "any"]],
      [["ana", ["user ana"], "all"]],
    ]);
  });

  test("parallel is a group each", () => {
    expect(chainOf(transitionsOf(typed("parallel")).first).map(({ groups }) => groups)).toEqual([
      [
        ["qa", ["role qa"], "any"],
        ["ana", ["user ana"], "all"],
      ],
    ]);
  });

  test("any is one group of everybody", () => {
    expect(chainOf(transitionsOf(typed("any")).first).map(({ groups }) => groups)).toEqual([
      [["qa", ["role qa", "user ana"], "any"]],
    ]);
  });

  test("a parallel entry with conditions is a level of its own behind the others", () => {
    const { first } = transitionsOf(
      flow(
        "    approval:\n      type: parallel\n      chain:\n        - { role: qa, conditions: [{ field: x, operator: exists }] }\n        - { role: sre }\n",
      ),
    );
    expect(chainOf(first).map(({ groups, conditional }) => [groups, conditional])).toEqual([
      [[["sre", ["role sre"], "any"]], false],
      [[["qa", ["role qa"], "any"]], true],
    ]);
  });

  test("stands in front of what the transition wants itself", () => {
    const { first } = transitionsOf(
      flow("    approval: { approvers: [{ role: qa }] }").replace(
        "name: Finish",
        "name: Finish, approval_chain: { chain: [{ assignments: [{ type: role, identifier: sre }] }] }",
      ),
    );
    expect(first?.policy?.chain.map(({ number, groups }) => [number, groups[0]?.group])).toEqual([
      [1, "qa"],
      [2, "finish"],
    ]);
  });
});

describe("conditions in every form", () => {
  const conditionOf = (text: string) =>
    chainOfPolicy(policyOf(level(`      conditions: ${text}\n`)))[0]?.conditions;
  const compared = (operator: string) => ({ kind: "field", field: "a", operator, value: 1 });

  test.each([
    ["=", "="],
    ["==", "="],
    ["eq", "="],
    ["!=", "!="],
    ["ne", "!="],
    [">", ">"],
    ["gt", ">"],
    [">=", ">="],
    ["gte", ">="],
    ["greater_or_equal", ">="],
    ["greater_than_or_equal", ">="],
    ["<", "<"],
    ["lt", "<"],
    ["<=", "<="],
    ["lte", "<="],
    ["less_or_equal", "<="],
    ["less_than_or_equal", "<="],
    ["contains", "contains"],
  ])("%s means %s", (written, operator) => {
    expect(conditionOf(`[{ field: a, operator: "${written}", value: 1 }]`)).toEqual(
      compared(operator),
    );
  });

  test("nested all and any, guards among comparisons", () => {
    const one = '{ field: a, operator: "=", value: 1 }';
    expect(conditionOf(`{ all: [${one}, { any: [${one}, "issue.x == 1"] }] }`)).toEqual({
      kind: "all",
      of: [
        compared("="),
        { kind: "any", of: [compared("="), { kind: "expression", text: "issue.x == 1" }] },
      ],
    });
  });

  test("a single comparison, and none at all", () => {
    expect(conditionOf('{ field: a, operator: "=", value: 1 }')).toEqual(compared("="));
    expect(conditionOf("[]")).toBeNull();
  });

  test("a left-out part of an any leaves nothing that could skip the level", () => {
    expect(
      conditionOf('{ any: [{ checklist: done }, { field: a, operator: "=", value: 1 }] }'),
    ).toBeNull();
  });

  test("a checklist is left out, which is listed and worth a warning", () => {
    const { parsed } = parseMarked(policyOf(level("      conditions: [{ checklist: done }]\n")));
    expect(parsed.faults).toEqual([]);
    expect(parsed.warnings.map(({ code, path }) => [code, path])).toEqual([
      ["never-applies", "policy.chain[0].conditions[0].checklist"],
    ]);
    expect(parsed.ignored).toHaveLength(1);
  });
});
