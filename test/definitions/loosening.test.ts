import { describe, expect, test } from "vitest";
import { changes } from "./versions.ts";

/** Texts of the changes, those that loosen marked. */
const said = (before: string, after: string): readonly string[] =>
  changes(before, after).map(({ text, loosens }) => (loosens ? `LOOSENS ${text}` : text));

const sre = "{ type: role, identifier: sre }";
const policy = (level: string, rest = ""): string =>
  `policy:\n  id: p\n  chain:\n    - assignments: [{ type: role, identifier: qa }]\n    - ${level}\n${rest}`;
const asked = (more: string): string => policy(`{ assignments: [${sre}], ${more} }`);

describe("a quorum says how it changed", () => {
  test.each([
    ["required: any", "required: 2", "level 2 now needs 2 of sre instead of any"],
    ["required: 2", "required: any", "LOOSENS level 2 now needs any of sre instead of 2"],
    ["required: 3", "required: 2", "LOOSENS level 2 now needs 2 of sre instead of 3"],
    ["required: all", "required: any", "LOOSENS level 2 now needs any of sre instead of all"],
    ["required: any", "required: all", "level 2 now needs all of sre instead of any"],
    [
      "required: all",
      "required_percent: 50",
      "LOOSENS level 2 now needs 50 % of sre instead of all",
    ],
    [
      "required_percent: 50",
      "required_percent: 75",
      "level 2 now needs 75 % of sre instead of 50 %",
    ],
    [
      "required_percent: 75",
      "required_percent: 50",
      "LOOSENS level 2 now needs 50 % of sre instead of 75 %",
    ],
    ["required: 2", "required_percent: 50", "LOOSENS level 2 now needs 50 % of sre instead of 2"],
    ["required: any", "required_percent: 50", "level 2 now needs 50 % of sre instead of any"],
  ])("%s, then %s", (before, after, text) => {
    expect(said(asked(before), asked(after))).toEqual([text]);
    expect(changes(asked(before), asked(after))[0]?.path).toBe("chain[1].required");
  });

  test("a group of several is called by its name", () => {
    const groups = (required: string): string =>
      policy(
        `{ parallel: [{ group: eng, assignments: [{ type: role, identifier: lead }] }, { group: ops, assignments: [${sre}], required: ${required} }] }`,
      );
    expect(changes(groups("any"), groups("2"))).toEqual([
      {
        path: "chain[1].parallel[1].required",
        text: "level 2 now needs 2 of ops instead of any",
        loosens: false,
      },
    ]);
  });
});

describe("a level says what it lets pass now", () => {
  const conditions = (...parts: readonly string[]): string => `conditions: [${parts.join(", ")}]`;
  const over = (amount: number): string =>
    `{ field: context.amount, operator: ">=", value: ${amount} }`;
  const critical = '{ field: priority, operator: "=", value: critical }';

  test.each([
    ["a first condition", "required: any", conditions(over(500)), true],
    ["no condition any more", conditions(over(500)), "required: any", false],
    ["a higher border", conditions(over(500)), conditions(over(900)), true],
    ["a lower border", conditions(over(500)), conditions(over(100)), false],
    ["one more condition", conditions(over(500)), conditions(over(500), critical), true],
    ["one condition less", conditions(over(500), critical), conditions(over(500)), false],
    [
      "one more way to apply",
      `conditions: { any: [${critical}] }`,
      `conditions: { any: [${critical}, ${over(1)}] }`,
      false,
    ],
    [
      "one way less",
      `conditions: { any: [${critical}, ${over(1)}] }`,
      `conditions: { any: [${critical}] }`,
      true,
    ],
    [
      "a longer list of values",
      "conditions: [{ field: a, operator: in, value: [x] }]",
      "conditions: [{ field: a, operator: in, value: [x, y] }]",
      false,
    ],
    [
      "the border itself left out",
      'conditions: [{ field: a, operator: ">=", value: 5 }]',
      'conditions: [{ field: a, operator: ">", value: 5 }]',
      true,
    ],
    ["another guard", 'when: "context.a > 1"', 'when: "context.a > 0"', true],
    ["a veto given up", "on_deny: veto", "on_deny: unreachable", true],
    ["an empty level skipped", "on_empty: block", "on_empty: skip", true],
    ["an empty level denied", "on_empty: skip", "on_empty: deny", false],
    ["one person for two groups", "distinct_approvers: true", "distinct_approvers: false", true],
    ["a level that may be amended away", "unskippable: true", "unskippable: false", true],
    ["no sign-in any more", "step_up: true", "step_up: false", true],
    [
      "an agent that may decide",
      "step_up: false",
      "deciders: [{type: agent, identifier: x}]",
      true,
    ],
    ["approval by time", "timeout: 1h, on_timeout: deny", "timeout: 1h, on_timeout: approve", true],
    ["denial by time", "timeout: 1h, on_timeout: approve", "timeout: 1h, on_timeout: deny", false],
    ["a longer timeout", "timeout: 1h", "timeout: 2h", false],
    [
      "a step that approves",
      "timeout: 1h",
      "timeout: 1h, escalation: [{ after: 2h, action: auto_approve }]",
      true,
    ],
    [
      "a step that approves later",
      "escalation: [{ after: 2h, action: auto_approve }]",
      "escalation: [{ after: 3h, action: auto_approve }]",
      false,
    ],
    [
      "a step that approves sooner",
      "escalation: [{ after: 2h, action: auto_approve }]",
      "escalation: [{ after: 1h, action: auto_approve }]",
      true,
    ],
    [
      "a reminder",
      "timeout: 1h",
      "timeout: 1h, escalation: [{ after: 1h, action: reminder }]",
      false,
    ],
  ])("%s", (_, before, after, loosens) => {
    const found = changes(asked(before), asked(after));
    expect(found).not.toEqual([]);
    expect(found.some((change) => change.loosens)).toBe(loosens);
    expect(found.every(({ path }) => path.startsWith("chain[1]."))).toBe(true);
  });

  test("people who come and go", () => {
    const people = (...roles: readonly string[]): string =>
      policy(
        `{ assignments: [${roles.map((role) => `{ type: role, identifier: ${role} }`).join()}] }`,
      );
    expect(said(people("sre", "ops"), people("sre"))).toEqual([
      "LOOSENS level 2 does not ask ops any more",
    ]);
    expect(said(people("sre"), people("sre", "ops"))).toEqual([
      "LOOSENS level 2 now also asks ops",
    ]);
    const all = (text: string): string => text.replace("] }", "], required: all }");
    expect(said(all(people("sre")), all(people("sre", "ops")))).toEqual([
      "level 2 now also asks ops",
    ]);
  });

  test("somebody named twice, and an order that means nothing", () => {
    const people = (...roles: readonly string[]): string =>
      policy(
        `{ assignments: [${roles.map((role) => `{ type: role, identifier: ${role} }`).join()}] }`,
      );
    expect(said(people("sre", "sre"), people("sre", "sre"))).toEqual([]);
    expect(said(people("sre", "ops"), people("ops", "sre"))).toEqual([
      "the same parts stand in another order",
    ]);
  });

  test("levels that come and go, and change their place", () => {
    const one = "policy:\n  id: p\n  chain:\n";
    const level = (name: string): string =>
      `    - { name: ${name}, assignments: [{ type: role, identifier: ${name.toLowerCase()} }] }\n`;
    const two = one + level("QA") + level("SRE");
    expect(said(two, one + level("QA"))).toEqual(["LOOSENS level 2 (SRE) of sre is gone"]);
    expect(said(two, one + level("SRE"))).toEqual(["LOOSENS level 1 (QA) of qa is gone"]);
    expect(said(one + level("SRE"), two)).toEqual(["level 1 (QA) of qa is new"]);
    expect(said(two, one + level("SRE") + level("QA"))).toEqual([
      "SRE is now level 1 instead of 2",
      "QA is now level 2 instead of 1",
    ]);
    expect(said(one + level("QA"), one + level("QA").replace("QA", "Quality"))).toEqual([
      "level 1 is now called Quality instead of QA",
    ]);
  });
});

describe("a policy says what it lets pass now", () => {
  test.each([
    ["self_approval: forbid", "self_approval: allow", true],
    ["self_approval: forbid", "", true],
    ["self_approval: allow", "", false],
    ["", "self_approval: forbid", false],
    ["on_all_skipped: block", "on_all_skipped: approve", true],
    ["auto_approve: forbid", "auto_approve: allow", true],
    ["auto_approve: allow", "auto_approve: forbid", false],
    ["risk_ceiling: 0.5", "risk_ceiling: 0.7", true],
    ["risk_ceiling: 0.5", "risk_ceiling: 0.3", false],
    ["reapproval: required", "reapproval: not_required", true],
    ["grant_valid_for: 1h", "grant_valid_for: 2h", true],
    ["grant_valid_for: 1h", "grant_valid_for: 30m", false],
    ["schema: { type: object }", "", true],
    ["", "schema: { type: object }", false],
    ["expires_in: 1h", "expires_in: 2h", false],
    ["one_pending_per: ${action.type}", "", true],
    ["fallback: { assignments: [{ type: role, identifier: qa }] }", "", true],
    ["", "escalation: [{ after: 1h, action: auto_approve }]", true],
    ["observers: [{ type: role, identifier: qa }]", "", false],
  ])("%s, then %s", (before, after, loosens) => {
    const found = changes(
      policy(`{ assignments: [${sre}] }`, `  ${before}\n`),
      policy(`{ assignments: [${sre}] }`, `  ${after}\n`),
    );
    expect(found.map((change) => change.loosens)).toEqual([loosens]);
  });

  test("the same words in another layout are no change", () => {
    const one = policy(`{ assignments: [${sre}], logic: AND }`);
    expect(changes(one, policy(`\n        assignments:\n          - ${sre}`))).toEqual([]);
  });
});

describe("a workflow says what it lets pass now", () => {
  const workflow = (...transitions: readonly string[]): string =>
    `workflow:\n  id: release\n  states: [a, b, c]\n  transitions:\n${transitions.map((each) => `    - ${each}\n`).join("")}`;
  const guarded = (more = ""): string =>
    `{ from: a, to: b${more}, require_approval: [{ assignment: ${sre} }] }`;

  test("a transition that needs no approval any more, or that leads around one", () => {
    expect(said(workflow(guarded()), workflow("{ from: a, to: b }"))).toEqual([
      "LOOSENS a → b needs no approval any more",
    ]);
    expect(said(workflow("{ from: a, to: b }"), workflow(guarded()))).toEqual([
      "a → b now needs approval",
    ]);
    expect(said(workflow(guarded()), workflow(guarded(), "{ from: a, to: c }"))).toEqual([
      "LOOSENS a → c is new, and needs no approval",
    ]);
  });

  test("a guard in front of an approval", () => {
    const found = changes(workflow(guarded()), workflow(guarded(', when: "issue.big"')));
    expect(found).toEqual([
      {
        path: "transitions[0].when",
        text: 'a → b now needs approval only if "issue.big" instead of always'.replaceAll('"', ""),
        loosens: true,
      },
    ]);
  });

  test("conditions refuse, so fewer of them loosen", () => {
    const ready = ', conditions: [{ field: ready, operator: "=", value: true }]';
    const loosens = (before: string, after: string): readonly boolean[] =>
      changes(workflow(guarded(before)), workflow(guarded(after))).map((change) => change.loosens);
    expect(loosens(ready, "")).toEqual([true]);
    expect(loosens("", ready)).toEqual([false]);
    expect(loosens(", metadata: { requires_fields: [notes] }", "")).toEqual([true]);
  });

  test("what must be agreed changes inside of its transition", () => {
    const more = guarded().replace(`${sre} }`, `${sre}, required: all }`);
    expect(changes(workflow(more), workflow(guarded()))).toEqual([
      {
        path: "transitions[0].approval_chain.chain[0].required",
        text: "a → b: level 1 now needs any of sre instead of all",
        loosens: true,
      },
    ]);
  });
});
