import type { Recipe } from "@countersign/domain/automation/recipe.ts";
import type { DefinitionKind } from "@countersign/domain/definition/definition.ts";
import { productDefaults } from "@countersign/domain/definition/evolve.ts";
import type { HashedDefinition } from "@countersign/domain/definition/parsed.ts";
import type { Policy } from "@countersign/domain/policy/policy.ts";
import type { Transition } from "@countersign/domain/topic/workflow.ts";
import { asksFor, rule } from "../../testkit/examples/gates.ts";
import { atLeast, group, level, policy, when } from "../../testkit/examples/policies.ts";

/** What every example says of itself, whatever its kind. */
export const about = { id: "x", label: "1.0", source: "…" } as const;

const recipe: Recipe = {
  id: "x",
  name: "X",
  trigger: "case.updated",
  schedule: null,
  workflow: null,
  conditions: null,
  actions: [],
  requiresApproval: true,
  approvers: [],
  policy: null,
};

const asked = (count: number, more: Partial<Policy> = {}): Policy =>
  policy(level(group(atLeast(count), "sre")), { id: "x", version: 0, ...more });

/** A transition from `a` that these must agree to. */
export const transition = (to: string, agreed: Policy | null): Transition => ({
  from: "a",
  to,
  name: null,
  when: null,
  conditions: null,
  policy: agreed,
  requiresFields: [],
  rejection: false,
  message: null,
  urgency: null,
});

/** A definition of each kind, called `x`; a loose one lets more pass than a strict one. */
export const of = (kind: DefinitionKind, isLoose: boolean): HashedDefinition => {
  const hash = `sha256:${kind}-${isLoose ? "loose" : "strict"}`;
  switch (kind) {
    case "policy":
      return { kind, ...about, hash, content: asked(isLoose ? 1 : 2) };
    case "workflow": {
      const agreed = asked(isLoose ? 1 : 2, { id: "x--a--b" });
      const transitions = [transition("b", agreed), transition("c", null)];
      const content = { id: "x", version: 0, name: "X", states: [], transitions };
      return { kind, ...about, hash, content };
    }
    case "gate":
      return { kind, ...about, hash, content: asksFor("db:*", { id: "x", liftable: isLoose }) };
    case "rule": {
      const content = rule(isLoose ? "approve" : "deny", when("context.a", 1), { id: "x" });
      return { kind, ...about, hash, content };
    }
    case "recipe":
      return { kind, ...about, hash, content: { ...recipe, requiresApproval: !isLoose } };
    case "calendar": {
      const hours = { mon: [isLoose ? "09:00-12:00" : "09:00-17:00"] };
      const content = { id: "x", name: null, zone: "UTC", hours, holidays: [] };
      return { kind, ...about, hash, content };
    }
    case "defaults": {
      const selfApproval = isLoose ? "allow" : "forbid";
      return { kind, ...about, hash, content: { ...productDefaults, selfApproval } };
    }
    case "levels": {
      const fallback = isLoose ? "none" : "always";
      const content = { fallback, namespaces: {}, timeout: null, notify: false } as const;
      return { kind, ...about, hash, content };
    }
    case "guard": {
      const [workflow, url] = ["release", "https://example.com"];
      const to = isLoose ? "b" : null;
      const content = { id: "x", workflow, from: null, to, url, timeout: "5s", policy: null };
      return { kind, ...about, hash, content };
    }
  }
};
