import { describe, expect, test } from "vitest";
import { activeRecipes, recipesFor } from "@countersign/domain/automation/active-recipes.ts";
import type {
  AutomationEvent,
  AutomationState,
} from "@countersign/domain/automation/automation.ts";
import { decodeAutomationEvent } from "@countersign/domain/automation/codec.ts";
import { evolveAutomation, idleAutomation } from "@countersign/domain/automation/evolve.ts";
import type { Recipe } from "@countersign/domain/automation/recipe.ts";
import { decodeDefinitionEvent } from "@countersign/domain/definition/codec.ts";
import type {
  DefinitionEvent,
  DefinitionState,
} from "@countersign/domain/definition/definition.ts";
import { emptyDefinition, evolveDefinition } from "@countersign/domain/definition/evolve.ts";
import { asksFor } from "../../testkit/examples/gates.ts";
import { recipe } from "./planning.ts";
import { run } from "./runs.ts";
import { importedByAna as metadata } from "../../testkit/examples/metadata.ts";

const about = { label: null, hash: "", file: "", source: "" };

const imported = (id: string, fields: Partial<Recipe> = {}, version = 1): DefinitionEvent => ({
  type: "RecipeImported",
  data: {
    kind: "recipe",
    id,
    version,
    ...about,
    content: { ...recipe({ id, ...fields }).recipe },
  },
});

const after = (...events: readonly DefinitionEvent[]): DefinitionState =>
  events.reduce((state, event) => evolveDefinition(state, { event, metadata }), emptyDefinition);

const ids = (found: ReturnType<typeof activeRecipes>): readonly string[] =>
  found.map(({ recipe: { id } }) => id);

describe("The recipes in force", () => {
  test("stand in the order of their ids, each at its newest version with who imported it when", () => {
    const state = after(
      imported("b"),
      imported("c"),
      imported("a"),
      imported("b", { name: "Newer" }, 2),
    );
    expect(ids(activeRecipes(state))).toEqual(["a", "b", "c"]);
    expect(activeRecipes(state)[1]).toEqual({
      recipe: recipe({ id: "b", name: "Newer" }).recipe,
      version: 2,
      importedAt: "2026-01-02T03:04:05.000Z",
      importedBy: "ana",
    });
    expect(activeRecipes(state)).toBe(activeRecipes(state));
  });

  test("are without those that were retired, until they are imported again", () => {
    const retired: DefinitionEvent = {
      type: "RecipeRetired",
      data: { kind: "recipe", id: "a", version: 1 },
    };
    expect(ids(activeRecipes(after(imported("a"), imported("b"), retired)))).toEqual(["b"]);
    expect(ids(activeRecipes(after(imported("a"), retired, imported("a", {}, 2))))).toEqual(["a"]);
  });

  test("are without other definitions, and those of the first imports that kept their author's words", () => {
    const content = { recipe: "old", when: {}, actions: [] };
    const data = { kind: "recipe", id: "old", version: 1, ...about, content };
    const old = decodeDefinitionEvent("RecipeImported", JSON.stringify(data), 1);
    const gate: DefinitionEvent = {
      type: "GateImported",
      data: { kind: "gate", id: "g", version: 1, ...about, content: asksFor("*", { id: "g" }) },
    };
    expect(ids(activeRecipes(after(old, gate, imported("a"))))).toEqual(["a"]);
  });

  test.each([
    ["case.updated", "release", ["all", "releases"]],
    ["case.updated", "incident", ["all", "incidents"]],
    ["case.updated", null, ["all"]],
    ["approval.timeout", "release", ["late"]],
    ["scheduled", "release", []],
  ] as const)("%s of a topic of %j concerns %j", (trigger, workflow, found) => {
    const state = after(
      imported("all"),
      imported("releases", { workflow: "release" }),
      imported("incidents", { workflow: "incident" }),
      imported("late", { trigger: "approval.timeout" }),
    );
    expect(ids(recipesFor(state, trigger, workflow))).toEqual(found);
  });
});

describe("Of a recipe's runs", () => {
  const ran = (phase: "due" | "asked" | "ran" | "declined", name = "run_1"): AutomationEvent => ({
    type: "AutomationRan",
    data: run([], { phase, run: name }),
  });
  const folded = (...events: readonly AutomationEvent[]): AutomationState =>
    events.reduce(evolveAutomation, idleAutomation);

  test.each<[string, readonly AutomationEvent[], readonly string[]]>([
    ["one that asks people waits", [ran("asked")], ["run_1"]],
    ["one that ran when they agreed waits no more", [ran("asked"), ran("ran")], []],
    ["one that they declined waits no more", [ran("asked"), ran("declined")], []],
    ["others wait on", [ran("asked"), ran("asked", "run_2"), ran("ran")], ["run_2"]],
    ["one that is only due ends no waiting", [ran("asked"), ran("due")], ["run_1"]],
    ["one that asked nobody never waited", [ran("ran"), ran("declined", "run_2")], []],
  ])("%s", (_, events, waiting) => {
    expect([...folded(...events).asked.keys()]).toEqual(waiting);
  });

  test("what waits is kept as it was asked, and earlier states stay as they were", () => {
    const first = folded(ran("asked"));
    evolveAutomation(first, ran("ran"));
    expect(first.asked.get("run_1")).toEqual(ran("asked").data);
    expect(evolveAutomation(first, ran("ran", "run_2"))).toBe(first);
    expect(idleAutomation.asked.size).toBe(0);
  });

  test("stored ones come back as they were; an unknown type or version is not guessed at", () => {
    const { type, data } = ran("asked");
    const text = JSON.stringify(data);
    expect(decodeAutomationEvent(type, text, 1)).toEqual({ type, data });
    expect(() => decodeAutomationEvent("AutomationStopped", text, 1)).toThrow(
      "Unknown automation event AutomationStopped in version 1.",
    );
    expect(() => decodeAutomationEvent(type, text, 2)).toThrow(
      "Unknown automation event AutomationRan in version 2.",
    );
  });
});
