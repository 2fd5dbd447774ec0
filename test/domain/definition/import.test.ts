import { describe, expect, test } from "vitest";
import {
  DEFINITION_SCHEMA_VERSION,
  decodeDefinitionEvent,
} from "@countersign/domain/definition/codec.ts";
import { decideImport } from "@countersign/domain/definition/decide.ts";
import type { DefinitionState } from "@countersign/domain/definition/definition.ts";
import { emptyDefinition, evolveDefinition } from "@countersign/domain/definition/evolve.ts";
import { findPolicy, findTransition } from "@countersign/domain/definition/find.ts";
import type { HashedDefinition } from "@countersign/domain/definition/parsed.ts";
import { hashed } from "@countersign/domain/definition/parsed.ts";
import type { Policy } from "@countersign/domain/policy/policy.ts";
import type { Transition, Workflow } from "@countersign/domain/topic/workflow.ts";
import { importedByAna as metadata } from "../../testkit/examples/metadata.ts";

const policy = (id: string, change: Partial<Policy> = {}): Policy => ({
  id,
  version: 0,
  name: id,
  chain: [],
  escalation: [],
  expiresIn: null,
  selfApproval: null,
  onAllSkipped: "block",
  fallback: null,
  autoApprove: "forbid",
  observers: [],
  riskCeiling: 0.5,
  maxResubmissions: 3,
  reapproval: "required",
  grantValidFor: "1h",
  pauseOnQuestion: "0",
  schema: null,
  onePendingPer: null,
  ...change,
});

const transition = (from: string, to: string, name: string | null, asked = true): Transition => ({
  from,
  to,
  name,
  when: null,
  conditions: null,
  policy: asked ? policy(`release--${from}--${to}`) : null,
  requiresFields: [],
  rejection: false,
  message: null,
  urgency: null,
});

const workflow = (...transitions: readonly Transition[]): HashedDefinition => {
  const content: Workflow = { id: "release", version: 0, name: "Release", states: [], transitions };
  return {
    kind: "workflow",
    id: "release",
    label: "1.0",
    source: "…",
    content,
    hash: JSON.stringify(content),
  };
};

const asPolicy = (content: Policy): HashedDefinition => ({
  kind: "policy",
  id: content.id,
  label: null,
  source: "…",
  content,
  hash: JSON.stringify(content),
});

const importing = (state: DefinitionState, ...definitions: readonly HashedDefinition[]) => {
  const decision = decideImport(state, { definitions, file: "file.yaml" });
  const after = decision.events.reduce(
    (folded, event) => evolveDefinition(folded, { event, metadata }),
    state,
  );
  return { ...decision, after };
};

describe("importing definitions", () => {
  test("a first import is version 1, and active", () => {
    const { events, definitions, after } = importing(emptyDefinition, asPolicy(policy("deploy")));
    expect(events.map(({ type }) => type)).toEqual(["PolicyImported"]);
    expect(definitions).toMatchObject([{ kind: "policy", id: "deploy", version: 1, active: true }]);
    expect(after.activePolicies.get("deploy")?.version).toBe(1);
    expect(after.revision).toBe(0);
    expect(after.entries.get("policy/deploy")).toMatchObject([
      { version: 1, active: true, importedAt: metadata.occurredAt, importedBy: "ana" },
    ]);
  });

  test("the same content again changes nothing and answers the version that stands", () => {
    const first = importing(emptyDefinition, asPolicy(policy("deploy")));
    const again = importing(first.after, asPolicy(policy("deploy")));
    expect(again.events).toEqual([]);
    expect(again.definitions).toEqual(first.definitions);
    expect(again.after).toBe(first.after);
  });

  test("other content is the next version; the old one stays for the requests pinned to it", () => {
    const first = importing(emptyDefinition, asPolicy(policy("deploy")));
    const second = importing(first.after, asPolicy(policy("deploy", { riskCeiling: 0.9 })));
    expect(second.definitions).toMatchObject([{ version: 2 }]);
    expect(second.after.policies.get("deploy@1")?.riskCeiling).toBe(0.5);
    expect(second.after.policies.get("deploy@2")?.riskCeiling).toBe(0.9);
    expect(second.after.activePolicies.get("deploy")?.version).toBe(2);
    expect(
      second.after.entries.get("policy/deploy")?.map(({ version, active }) => [version, active]),
    ).toEqual([
      [1, false],
      [2, true],
    ]);
  });

  test("only what changed gets a version, in file order", () => {
    const [a, b] = [asPolicy(policy("a")), asPolicy(policy("b"))];
    const first = importing(emptyDefinition, a, b);
    const changed = asPolicy(policy("b", { name: "B" }));
    const second = importing(first.after, a, changed);
    expect(
      second.events.map(({ data }) => [data.id, "version" in data ? data.version : 0]),
    ).toEqual([["b", 2]]);
    expect(second.definitions.map(({ id, version }) => [id, version])).toEqual([
      ["a", 1],
      ["b", 2],
    ]);
  });

  test("going back to earlier words is a new version too", () => {
    const one = importing(emptyDefinition, asPolicy(policy("a")));
    const two = importing(one.after, asPolicy(policy("a", { name: "B" })));
    const three = importing(two.after, asPolicy(policy("a")));
    expect(three.definitions).toMatchObject([{ version: 3 }]);
  });

  test("leaving a definition out retires nothing", () => {
    const first = importing(emptyDefinition, asPolicy(policy("a")), asPolicy(policy("b")));
    const second = importing(first.after, asPolicy(policy("a")));
    expect(second.after.activePolicies.has("b")).toBe(true);
  });

  test("the state before is not changed", () => {
    const first = importing(emptyDefinition, asPolicy(policy("a")));
    importing(first.after, asPolicy(policy("a", { name: "B" })), asPolicy(policy("c")));
    expect([...first.after.activePolicies.keys()]).toEqual(["a"]);
    expect(first.after.entries.get("policy/a")).toMatchObject([{ active: true }]);
    expect(emptyDefinition.entries.size).toBe(0);
  });

  test("what is hashed is the content and the author's label, not the place or layout", () => {
    const parsed = asPolicy(policy("a"));
    expect(hashed(parsed)).toEqual({ label: null, content: parsed.content });
  });

  test("a version that does not follow is impossible", () => {
    const [event] = importing(emptyDefinition, asPolicy(policy("a"))).events;
    if (event === undefined) {
      throw new Error("Nothing was imported.");
    }
    const once = evolveDefinition(emptyDefinition, { event, metadata });
    expect(() => evolveDefinition(once, { event, metadata })).toThrow(/Version 1 of policy\/a/);
  });
});

describe("policies of transitions", () => {
  const flow = workflow(
    transition("staging", "production", "Approve"),
    transition("production", "rollback", "Initiate Rollback"),
    transition("rollback", "failed", "Approve"),
    transition("staging", "development", "Rework", false),
    transition("failed", "staging", "releases"),
  );
  const { after } = importing(emptyDefinition, flow);
  const found = (name: string) => {
    const result = findPolicy(after, name);
    return result.code === "found" ? result.policy.id : result;
  };

  test("stand among the policies at the workflow's version", () => {
    expect(after.policies.get("release--staging--production@1")?.version).toBe(1);
    expect(after.workflows.get("release")?.transitions[0]?.policy?.version).toBe(1);
  });

  test("are found by id, by workflow and transition's name, and by that name in kebab-case", () => {
    expect(found("release--staging--production")).toBe("release--staging--production");
    expect(found("release/Initiate Rollback")).toBe("release--production--rollback");
    expect(found("release/initiate-rollback")).toBe("release--production--rollback");
  });

  test("a name as written goes before the same in kebab-case", () => {
    const two = workflow(
      transition("a", "b", "Ship It"),
      transition("b", "c", "ship-it"),
      transition("c", "d", null),
    );
    const result = findPolicy(importing(emptyDefinition, two).after, "release/ship-it");
    expect(result.code === "found" && result.policy.id).toBe("release--b--c");
    const unnamed = findPolicy(importing(emptyDefinition, two).after, "release/null");
    expect(unnamed).toEqual({ code: "unknown-policy" });
  });

  test("a name that two transitions have is ambiguous, and says between which", () => {
    expect(found("release/Approve")).toEqual({
      code: "ambiguous-policy",
      candidates: ["release--staging--production", "release--rollback--failed"],
    });
  });

  test.each([
    "nothing",
    "release",
    "release/",
    "release/Rework",
    "other/Approve",
    "/Approve",
    "",
    "releases",
    "release-Approve",
    "release/rework",
    "release/Ship",
  ])("%j is unknown", (name) => {
    expect(found(name)).toEqual({ code: "unknown-policy" });
  });

  test("those that a new version no longer has are not active any more, but known", () => {
    const next = importing(after, workflow(transition("staging", "production", "Approve")));
    expect([...next.after.activePolicies.keys()]).toEqual(["release--staging--production"]);
    expect(next.after.activePolicies.get("release--staging--production")?.version).toBe(2);
    expect(next.after.policies.has("release--rollback--failed@1")).toBe(true);
  });

  test("a transition is found by its two states", () => {
    const release = after.workflows.get("release");
    if (release === undefined) {
      throw new Error("The workflow was not imported.");
    }
    expect(findTransition(release, "staging", "development")?.name).toBe("Rework");
    expect(findTransition(release, "development", "staging")).toBeUndefined();
    expect(findTransition(release, "development", "production")).toBeUndefined();
  });
});

describe("the codec", () => {
  test("gives an event back as it was", () => {
    const [event] = importing(emptyDefinition, asPolicy(policy("a"))).events;
    expect(
      decodeDefinitionEvent(
        "PolicyImported",
        JSON.stringify(event?.data),
        DEFINITION_SCHEMA_VERSION,
      ),
    ).toEqual(event);
  });

  test("refuses types and versions of another build", () => {
    expect(() => decodeDefinitionEvent("PolicyDreamt", "{}", 1)).toThrow(/PolicyDreamt/);
    expect(() => decodeDefinitionEvent("PolicyImported", "{}", 2)).toThrow(/version 2/);
  });
});
