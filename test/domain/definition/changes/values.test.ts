import { describe, expect, test } from "vitest";
import { decodeDefinitionEvent } from "@countersign/domain/definition/codec.ts";
import { definitionChanges } from "@countersign/domain/definition/changes/definition-changes.ts";
import type { Defaults, DefinitionVersion } from "@countersign/domain/definition/definition.ts";
import { productDefaults } from "@countersign/domain/definition/evolve.ts";
import type { Recipe, RecipeAction } from "@countersign/domain/automation/recipe.ts";
import type { JsonObject } from "@countersign/domain/json.ts";
import type { WorkflowGuard } from "@countersign/domain/topic/workflow-guard.ts";
import { asksFor, rule } from "../../../testkit/examples/gates.ts";
import { any, assignment, group, level, policy, when } from "../../../testkit/examples/policies.ts";
import { told } from "./telling.ts";

type Lines = readonly string[];

const changed = (before: DefinitionVersion, after: DefinitionVersion): Lines =>
  told(definitionChanges(before, after));

const big = when("size", "big");

describe("the defaults of an organisation", () => {
  const routed = (role: string, more: JsonObject = {}): Partial<Defaults> => ({
    routing: { primary: { role }, ...more },
  });
  const deep = (value: string): Partial<Defaults> => ({
    routing: { a: { b: { c: { d: { e: { f: value } } } } } },
  });

  test.each<[Partial<Defaults>, Partial<Defaults>, Lines]>([
    [
      {},
      { selfApproval: "allow" },
      ["LOOSENS self_approval: self_approval is now allow instead of forbid"],
    ],
    [
      { selfApproval: "allow" },
      {},
      ["self_approval: self_approval is now forbid instead of allow"],
    ],
    [
      {},
      { autoApprove: "allow" },
      ["LOOSENS auto_approve: auto_approve is now allow instead of forbid"],
    ],
    [
      {},
      { agentDeciders: "forbid" },
      ["agent_deciders: agent_deciders is now forbid instead of allow"],
    ],
    [
      { agentDeciders: "forbid" },
      {},
      ["LOOSENS agent_deciders: agent_deciders is now allow instead of forbid"],
    ],
    [{}, { policy: "p" }, ["policy: policy is now p"]],
    [{ policy: "p" }, { policy: "q" }, ["LOOSENS policy: policy is now q instead of p"]],
    [{ policy: "p" }, {}, ["LOOSENS policy: policy is gone; it was p"]],
    [{}, { expiresIn: "auto_approve" }, ["expires_in: expires_in is now auto_approve"]],
    [{}, { calendar: "work" }, ["calendar: calendar is now work"]],
    [{}, routed("sre"), ["routing.primary.role: routing.primary.role is now sre"]],
    [
      routed("sre"),
      routed("qa"),
      ["LOOSENS routing.primary.role: routing.primary.role is now qa instead of sre"],
    ],
    [
      routed("sre", { final: { action: "auto_deny" } }),
      routed("sre", { final: { action: "auto_approve" } }),
      [
        "LOOSENS routing.final.action: routing.final.action is now auto_approve instead of auto_deny",
      ],
    ],
    [
      routed("sre", { final: { action: "auto_approve" } }),
      routed("sre"),
      ["routing.final.action: routing.final.action is gone; it was auto_approve"],
    ],
    [
      routed("sre", { final: { action: "auto_deny" } }),
      routed("sre", { escalation: {} }),
      ["routing.final.action: routing.final.action is gone; it was auto_deny"],
    ],
    [
      deep("x"),
      deep("y"),
      ['routing.a.b.c.d.e: routing.a.b.c.d.e is now {"f":"y"} instead of {"f":"x"}'],
    ],
  ])("%j, then %j", (before, after, lines) => {
    expect(
      changed(
        { kind: "defaults", content: { ...productDefaults, ...before } },
        { kind: "defaults", content: { ...productDefaults, ...after } },
      ),
    ).toEqual(lines);
  });
});

describe("a recipe that changed", () => {
  const label = (text: string): RecipeAction => ({ type: "add_label", label: text });
  const skips = (...skipped: readonly number[]): RecipeAction => ({
    type: "modify_approval_chain",
    changes: [{ kind: "skip-levels", levels: skipped }],
  });
  const recipe = (fields: Partial<Recipe>): DefinitionVersion => ({
    kind: "recipe",
    content: {
      id: "r",
      name: "R",
      trigger: "case.updated",
      schedule: null,
      workflow: null,
      conditions: null,
      actions: [],
      requiresApproval: false,
      approvers: [],
      policy: null,
      ...fields,
    },
  });

  test.each<[string, Partial<Recipe>, Partial<Recipe>, Lines]>([
    ["asks nobody any more", { requiresApproval: true }, {}, ["LOOSENS requires_approval"]],
    ["asks people first", {}, { requiresApproval: true }, ["requires_approval"]],
    ["looks at something else", {}, { trigger: "approval.timeout" }, ["LOOSENS trigger"]],
    ["looks at one workflow only", {}, { workflow: "w" }, ["workflow"]],
    ["looks at every workflow", { workflow: "w" }, {}, ["LOOSENS workflow"]],
    [
      "runs at another time",
      { schedule: { cron: "0 9 * * *", zone: "UTC" } },
      { schedule: { cron: "0 8 * * *", zone: "UTC" } },
      ["LOOSENS schedule.cron"],
    ],
    ["runs always", { conditions: big }, {}, ["LOOSENS conditions"]],
    ["runs sometimes", {}, { conditions: big }, ["conditions"]],
    [
      "asks others",
      { approvers: [{ type: "role", identifier: "qa" }] },
      { approvers: [{ type: "role", identifier: "sre" }] },
      ["LOOSENS approvers"],
    ],
    ["asks by another policy", { policy: "p" }, { policy: "q" }, ["LOOSENS policy"]],
    ["asks by a first policy", {}, { policy: "q" }, ["policy"]],
    ["has another name", { name: "A" }, { name: "B" }, ["name"]],
    [
      "does one thing more",
      { actions: [label("a")] },
      { actions: [label("a"), label("b")] },
      ["actions"],
    ],
    [
      "does one thing less",
      { actions: [label("a"), label("b")] },
      { actions: [label("b")] },
      ["LOOSENS actions"],
    ],
    [
      "changes chains, too",
      { actions: [label("a")] },
      { actions: [label("a"), skips(2)] },
      ["LOOSENS actions"],
    ],
    [
      "changes chains otherwise",
      { actions: [skips(2)] },
      { actions: [skips(3)] },
      ["LOOSENS actions"],
    ],
    [
      "changes no chain any more",
      { actions: [skips(2), label("a")] },
      { actions: [label("a")] },
      ["actions"],
    ],
    ["does nothing any more but what changed a chain", { actions: [skips(2)] }, {}, ["actions"]],
  ])("%s", (_, before, after, lines) => {
    const said = changed(recipe(before), recipe(after));
    expect(said.map((line) => line.slice(0, line.indexOf(":")))).toEqual(lines);
  });

  test("is not missed for words that were never run", () => {
    const event = decodeDefinitionEvent(
      "RecipeImported",
      JSON.stringify({ kind: "recipe", content: { actions: ["notify", null, { notify: "qa" }] } }),
      1,
    );
    if (event.type !== "RecipeImported") throw new Error("It is no recipe that was recorded.");
    const said = changed(event.data, recipe({ actions: [label("a")] }));
    expect(said.find((line) => line.includes("actions"))).toMatch(/^actions: /);
  });
});

describe("a guard of a workflow that changed", () => {
  const guard = (fields: Partial<WorkflowGuard>): DefinitionVersion => ({
    kind: "guard",
    content: {
      id: "g",
      workflow: "w",
      from: null,
      to: null,
      url: "https://example.com",
      timeout: "5s",
      policy: null,
      ...fields,
    },
  });

  test.each<[Partial<WorkflowGuard>, Partial<WorkflowGuard>, string]>([
    [{}, { from: "a" }, "LOOSENS from: from is now a"],
    [{ from: "a" }, {}, "from: from is gone; it was a"],
    [{}, { to: "b" }, "LOOSENS to: to is now b"],
    [{ to: "b" }, {}, "to: to is gone; it was b"],
    [{}, { timeout: "9s" }, "timeout: timeout is now 9s instead of 5s"],
    [{}, { workflow: "x" }, "LOOSENS workflow: workflow is now x instead of w"],
    [{}, { policy: "p" }, "policy: policy is now p"],
    [{ policy: "p" }, {}, "LOOSENS policy: policy is gone; it was p"],
  ])("%j, then %j", (before, after, line) => {
    expect(changed(guard(before), guard(after))).toEqual([line]);
  });
});

test("a calendar lets nothing pass, whatever its hours are", () => {
  const calendar = (day: string, window: string): DefinitionVersion => ({
    kind: "calendar",
    content: { id: "work", name: null, zone: "UTC", hours: { [day]: [window] }, holidays: [] },
  });
  expect(definitionChanges(calendar("mon", "09:00-17:00"), calendar("tue", "10:00-12:00"))).toEqual(
    [
      {
        path: "hours",
        text: 'hours is now {"tue":["10:00-12:00"]} instead of {"mon":["09:00-17:00"]}',
        loosens: false,
      },
    ],
  );
});

describe("two versions of a definition", () => {
  const asPolicy = (...who: readonly string[]): DefinitionVersion => ({
    kind: "policy",
    content: policy(level(group(any, ...who))),
  });
  const asWorkflow = (name: string): DefinitionVersion => ({
    kind: "workflow",
    content: { id: "w", version: 1, name, states: [], transitions: [] },
  });

  test("of a policy or a workflow are compared part by part", () => {
    expect(changed(asPolicy("sre"), asPolicy("sre", "qa"))).toEqual([
      "LOOSENS chain[0].assignments: level 1 now also asks qa",
    ]);
    expect(changed(asWorkflow("A"), asWorkflow("B"))).toEqual(["workflow.name: the name is now B"]);
  });

  test("in which the same parts stand in another order say so, and loosen nothing", () => {
    const swapped: DefinitionVersion = {
      kind: "policy",
      content: policy(level({ ...group(any, "sre"), assignments: ["qa", "sre"].map(assignment) })),
    };
    expect(changed(asPolicy("sre", "qa"), swapped)).toEqual([
      ": the same parts stand in another order",
    ]);
  });

  test("that differ in the numbers of their versions alone are the same", () => {
    const next: DefinitionVersion = {
      kind: "policy",
      content: policy(level(group(any, "sre")), { version: 2 }),
    };
    expect(changed(asPolicy("sre"), next)).toEqual([]);
  });

  test("that are not of one kind are not compared", () => {
    const aGate: DefinitionVersion = { kind: "gate", content: asksFor("x") };
    const aRule: DefinitionVersion = { kind: "rule", content: rule("deny", when("a", 1)) };
    const not = (before: DefinitionVersion, after: DefinitionVersion) => () =>
      definitionChanges(before, after);
    expect(not(aGate, aRule)).toThrow("A gate is not compared with a rule.");
    expect(not(aGate, asPolicy("sre"))).toThrow("A gate is not compared with a policy.");
    expect(not(asPolicy("sre"), aGate)).toThrow("A policy is not compared with a gate.");
    expect(not(aGate, asWorkflow("A"))).toThrow("A gate is not compared with a workflow.");
    expect(not(asWorkflow("A"), asPolicy("sre"))).toThrow(
      "A workflow is not compared with a policy.",
    );
  });
});
