import { describe, expect, test } from "vitest";
import type { EventMetadata } from "@countersign/domain/actor.ts";
import { decideImport } from "@countersign/domain/definition/decide.ts";
import type { DefinitionState } from "@countersign/domain/definition/definition.ts";
import { emptyDefinition, evolveDefinition } from "@countersign/domain/definition/evolve.ts";
import { decideRetire } from "@countersign/domain/definition/retire.ts";
import { parseFile } from "@countersign/definitions/parse-file.ts";

const metadata: EventMetadata = {
  commandId: "c",
  correlationId: "c",
  org: "demo",
  actor: { kind: "person", id: "ana" },
  channel: "rest",
  occurredAt: "2026-01-02T03:04:05.000Z",
  schemaVersion: 1,
};

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
    const decision = decideRetire(after, { kind: "gate", id: "deploy" });
    expect(decision.refusal?.code).toBe("not-found");
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
    expect(events).toEqual([]);
    expect(refusal).toMatchObject({ code: "conflict", details: { used_by: [{ kind, id }] } });
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

  test("a workflow is kept while a guard stands before its transitions", () => {
    const text =
      'workflow: { id: w, transitions: [{ from: a, to: b }] }\nguards: [{ id: g, url: "https://example.com" }]';
    const { after: state } = importing(emptyDefinition, text);
    const { refusal } = decideRetire(state, { kind: "workflow", id: "w" });
    expect(refusal?.details).toEqual({ used_by: [{ kind: "guard", id: "g" }] });
  });

  test("a calendar is kept while a level follows it", () => {
    const calendar = 'calendars: [{ id: work, zone: UTC, hours: { mon: ["09:00-17:00"] } }]\n';
    const following = deploy.replace("}] }] }", "}], calendar: work }] }");
    const state = importing(emptyDefinition, calendar + following).after;
    expect(decideRetire(state, { kind: "calendar", id: "work" }).refusal?.code).toBe("conflict");
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
