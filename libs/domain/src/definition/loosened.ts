import { definitionChanges } from "./changes/definition-changes.ts";
import type { DefinitionEvent, DefinitionKind, DefinitionState, Loosened } from "./definition.ts";
import { productDefaults } from "./evolve.ts";
import type { ParsedDefinition } from "./parsed.ts";

/** Changes that one event names: an auditor reads them, and the diff has them all. */
const MOST = 100;

const eventOf = (data: Loosened<DefinitionKind>): DefinitionEvent => {
  const { kind } = data;
  switch (kind) {
    case "policy":
      return { type: "PolicyLoosened", data: { ...data, kind } };
    case "workflow":
      return { type: "WorkflowLoosened", data: { ...data, kind } };
    case "defaults":
      return { type: "DefaultsLoosened", data: { ...data, kind } };
    case "gate":
      return { type: "GateLoosened", data: { ...data, kind } };
    case "rule":
      return { type: "RuleLoosened", data: { ...data, kind } };
    case "recipe":
      return { type: "RecipeLoosened", data: { ...data, kind } };
    case "calendar":
      return { type: "CalendarLoosened", data: { ...data, kind } };
    case "levels":
      return { type: "LevelsLoosened", data: { ...data, kind } };
    case "guard":
      return { type: "GuardLoosened", data: { ...data, kind } };
  }
};

/**
 * What the version about to be imported loosens against the one before it, retired or not, as at most one event.
 * Defaults are held against the product's own when there were none: everybody's requests are under them at once.
 */
export const loosened = (
  state: DefinitionState,
  definition: ParsedDefinition,
  version: number,
): readonly DefinitionEvent[] => {
  const { kind, id } = definition;
  const before = state.entries.get(`${kind}/${id}`)?.at(-1);
  const compared = before ?? (kind === "defaults" ? { kind, content: productDefaults } : undefined);
  if (compared === undefined) {
    return [];
  }
  const changes = definitionChanges(compared, definition)
    .filter(({ loosens }) => loosens)
    .slice(0, MOST)
    .map(({ path, text }) => ({ path, text }));
  const from = before?.version ?? null;
  return changes.length === 0 ? [] : [eventOf({ kind, id, version, from, changes })];
};
