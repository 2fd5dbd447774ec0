import { describe, expect, test } from "vitest";
import { decideImport } from "@countersign/domain/definition/decide.ts";
import type { DefinitionState } from "@countersign/domain/definition/definition.ts";
import { emptyDefinition, evolveDefinition } from "@countersign/domain/definition/evolve.ts";
import { decideRetire } from "@countersign/domain/definition/retire.ts";
import { refuse } from "@countersign/domain/request/refusals.ts";
import { parseFile } from "@countersign/definitions/parse-file.ts";
import { importedByAna as metadata } from "../../testkit/examples/metadata.ts";

const evolve = (
  state: DefinitionState,
  events: readonly Parameters<typeof evolveDefinition>[1]["event"][],
) => events.reduce((folded, event) => evolveDefinition(folded, { event, metadata }), state);

const importing = (state: DefinitionState, text: string) => {
  const { definitions, faults } = parseFile({ text, mediaType: "yaml", file: "file.yaml" });
  expect(faults).toEqual([]);
  const hashed = definitions.map((each) => ({ ...each, hash: JSON.stringify(each.content) }));
  const { events } = decideImport(state, { definitions: hashed, file: "file.yaml" });
  return { events, after: evolve(state, events) };
};

const deploy =
  "policy: { id: deploy, chain: [{ assignments: [{ type: role, identifier: sre }] }] }\n";
const named = (by: string): DefinitionState =>
  importing(importing(emptyDefinition, deploy).after, by).after;

describe("retiring a definition", () => {
  const { after } = importing(emptyDefinition, deploy);

  test("takes it out of use and keeps its versions for what is pinned to them", () => {
    const { events } = decideRetire(after, { kind: "policy", id: "deploy" });
    expect(events).toEqual([
      { type: "PolicyRetired", data: { kind: "policy", id: "deploy", version: 1 } },
    ]);
    const retired = evolve(after, events);
    expect(retired.activePolicies.has("deploy")).toBe(false);
    expect(retired.policies.has("deploy@1")).toBe(true);
    expect(retired.entries.get("policy/deploy")).toMatchObject([{ version: 1, active: false }]);
    expect(retired.revision).toBe(after.revision + 1);
  });

  test("of what is retired already changes nothing", () => {
    const { events } = decideRetire(after, { kind: "policy", id: "deploy" });
    expect(decideRetire(evolve(after, events), { kind: "policy", id: "deploy" })).toEqual({
      events: [],
    });
  });

  test("of what never was is refused", () => {
    expect(decideRetire(after, { kind: "gate", id: "deploy" })).toEqual({
      events: [],
      refusal: refuse("not-found", "There is no gate deploy."),
    });
  });

  test("a later import of the same words is the next version", () => {
    const retired = evolve(after, decideRetire(after, { kind: "policy", id: "deploy" }).events);
    const again = importing(retired, deploy);
    expect(again.events.map(({ type }) => type)).toEqual(["PolicyImported"]);
    expect(again.after.activePolicies.get("deploy")?.version).toBe(2);
  });

  test("twice in a log cannot be", () => {
    const { events } = decideRetire(after, { kind: "policy", id: "deploy" });
    expect(() => evolve(after, [...events, ...events])).toThrow(/not active/);
  });

  test.each([
    ["a gate", "gates: [{ id: g, gate_type: deny, policy: deploy }]", "gate", "g"],
    [
      "a recipe",
      "recipe: { key: r, trigger: case.updated, actions: [{ type: request_approval, policy: deploy }] }",
      "recipe",
      "r",
    ],
    ["the org's defaults", "defaults: { policy: deploy }", "defaults", "defaults"],
    [
      "another policy",
      "policy: { id: parent, chain: [{ assignments: [{ type: workflow, identifier: deploy }] }] }",
      "policy",
      "parent",
    ],
    [
      "a workflow",
      "workflow: { id: w, transitions: [{ from: a, to: b, require_approval: [{ assignment: { type: workflow, identifier: deploy } }] }] }",
      "workflow",
      "w",
    ],
  ])("is refused while %s names it", (_, text, kind, id) => {
    const { events, refusal } = decideRetire(named(text), { kind: "policy", id: "deploy" });
    const message = `The policy deploy is named by the ${kind} ${id}: change or retire that first.`;
    expect(events).toEqual([]);
    expect(refusal).toEqual(refuse("conflict", message, { used_by: [{ kind, id }] }));
  });

  test.each([
    [
      "a role of its name",
      "policy: { id: p, chain: [{ assignments: [{ type: role, identifier: deploy }] }] }",
    ],
    ["a text that is its name", "gates: [{ id: g, gate_type: deny, message: deploy }]"],
    [
      "nobody but itself",
      "policy: { id: deploy, chain: [{ assignments: [{ type: workflow, identifier: deploy }] }] }",
    ],
    [
      "a workflow whose transitions have other policies",
      "workflow: { id: deploy, transitions: [{ from: a, to: b }] }",
    ],
    ["another policy", "gates: [{ id: g, gate_type: deny, policy: deploys }]"],
  ])("is possible where what could be taken for it is %s", (_, text) => {
    expect(decideRetire(named(text), { kind: "policy", id: "deploy" }).refusal).toBeUndefined();
  });

  test("of a policy called workflow is not held up by those that ask another one", () => {
    const asking =
      "policy: { id: p, chain: [{ assignments: [{ type: workflow, identifier: deploy }] }] }";
    const state = importing(named(asking), deploy.replace("id: deploy", "id: workflow")).after;
    expect(decideRetire(state, { kind: "policy", id: "workflow" }).refusal).toBeUndefined();
  });

  test("says the first that names it, and how many more do; fifty of them in all", () => {
    const gates = (count: number): string =>
      `gates: [${Array.from({ length: count }, (_, place) => `{ id: g${place}, gate_type: deny, policy: deploy }`).join()}]`;
    const refusal = (count: number) =>
      decideRetire(named(gates(count)), { kind: "policy", id: "deploy" }).refusal;
    expect(refusal(2)?.message).toBe(
      "The policy deploy is named by the gate g0 and 1 more: change or retire that first.",
    );
    expect(refusal(51)?.message).toContain("the gate g0 and 50 more:");
    expect(refusal(51)?.details).toEqual({
      used_by: Array.from({ length: 50 }, (_, place) => ({ kind: "gate", id: `g${place}` })),
    });
  });

  test("is possible once what named it names it no more", () => {
    const before = named("gates: [{ id: g, gate_type: deny, policy: deploy }]");
    const other = importing(before, "gates: [{ id: g, gate_type: deny }]").after;
    expect(decideRetire(other, { kind: "policy", id: "deploy" }).events).toHaveLength(1);
  });

  test("is possible once what named it is retired", () => {
    const before = named("gates: [{ id: g, gate_type: deny, policy: deploy }]");
    const without = evolve(before, decideRetire(before, { kind: "gate", id: "g" }).events);
    expect(decideRetire(without, { kind: "policy", id: "deploy" }).events).toHaveLength(1);
  });

  test("a workflow takes the policies of its transitions along", () => {
    const { after: state } = importing(
      emptyDefinition,
      "workflow: { id: w, transitions: [{ from: a, to: b, require_approval: [{ assignment: { type: role, identifier: sre } }] }] }",
    );
    expect(state.activePolicies.has("w--a--b")).toBe(true);
    const retired = evolve(state, decideRetire(state, { kind: "workflow", id: "w" }).events);
    expect(retired.activePolicies.has("w--a--b")).toBe(false);
    expect(retired.workflows.has("w")).toBe(false);
    expect(retired.policies.has("w--a--b@1")).toBe(true);
  });

  const flow =
    "workflow: { id: w, transitions: [{ from: a, to: b, name: Ship, require_approval: [{ assignment: { type: role, identifier: sre } }] }] }";
  test.each([
    [
      "a guard stands before its transitions",
      'guards: [{ id: x, workflow: w, url: "https://example.com" }]',
      "guard",
    ],
    [
      "a recipe looks at its topics",
      "recipe: { key: x, trigger: case.updated, workflow: w, actions: [{ type: add_label, label: l }] }",
      "recipe",
    ],
    [
      "a gate asks the policy of a transition",
      "gates: [{ id: x, gate_type: deny, policy: w--a--b }]",
      "gate",
    ],
    [
      "a gate asks a transition by its name",
      "gates: [{ id: x, gate_type: deny, policy: w/Ship }]",
      "gate",
    ],
  ])("a workflow is kept while %s", (_, text, kind) => {
    const { after: state } = importing(importing(emptyDefinition, flow).after, text);
    const { refusal } = decideRetire(state, { kind: "workflow", id: "w" });
    expect(refusal?.details).toEqual({ used_by: [{ kind, id: "x" }] });
  });

  test.each([
    ["a guard of another one", 'guards: [{ id: x, workflow: w2, url: "https://example.com" }]'],
    ["a policy whose id begins like it", "gates: [{ id: x, gate_type: deny, policy: w-other }]"],
    ["a policy that ends like it", "gates: [{ id: x, gate_type: deny, policy: my-w--a }]"],
    ["the policy of its name", "gates: [{ id: x, gate_type: deny, policy: w }]"],
  ])("a workflow is not kept by %s", (_, text) => {
    const { after: state } = importing(importing(emptyDefinition, flow).after, text);
    expect(decideRetire(state, { kind: "workflow", id: "w" }).refusal).toBeUndefined();
  });

  const calendar = 'calendars: [{ id: work, zone: UTC, hours: { mon: ["09:00-17:00"] } }]\n';
  test.each([
    ["a level follows it", deploy.replace("}] }] }", "}], calendar: work }] }"), true],
    ["the organisation does", "defaults: { calendar: work }", true],
    ["another one is followed", "defaults: { calendar: night }", false],
    ["a policy has its name", "defaults: { policy: work }", false],
  ])("of a calendar where %s", (_, text, isKept) => {
    const state = importing(importing(emptyDefinition, calendar).after, text).after;
    const { refusal } = decideRetire(state, { kind: "calendar", id: "work" });
    expect(refusal?.code === "conflict").toBe(isKept);
  });

  test("defaults fall back to the product's own", () => {
    const state = importing(emptyDefinition, "defaults: { self_approval: allow }").after;
    const { events } = decideRetire(state, { kind: "defaults", id: "defaults" });
    expect(evolve(state, events).defaults.selfApproval).toBe("forbid");
  });
});

describe("a version that loosens", () => {
  const quorum = (required: string): string =>
    deploy.replace("}] }] }", `}], required: ${required} }] }`);

  test("is followed by the event that says so", () => {
    const first = importing(emptyDefinition, quorum("2"));
    expect(first.events.map(({ type }) => type)).toEqual(["PolicyImported"]);
    const { events, after } = importing(first.after, quorum("any"));
    expect(events.map(({ type }) => type)).toEqual(["PolicyImported", "PolicyLoosened"]);
    expect(events[1]?.data).toEqual({
      kind: "policy",
      id: "deploy",
      version: 2,
      from: 1,
      changes: [{ path: "chain[0].required", text: "level 1 now needs any of sre instead of 2" }],
    });
    expect(after.revision).toBe(2);
    expect(after.entries.get("policy/deploy")).toHaveLength(2);
  });

  test("one that tightens is not", () => {
    const first = importing(emptyDefinition, quorum("any"));
    expect(importing(first.after, quorum("2")).events).toHaveLength(1);
  });

  test("first defaults are held against the product's own", () => {
    const { events } = importing(emptyDefinition, "defaults: { self_approval: allow }");
    expect(events.map(({ type }) => type)).toEqual(["DefaultsImported", "DefaultsLoosened"]);
    expect(events[1]?.data).toMatchObject({ version: 1, from: null });
  });
});
