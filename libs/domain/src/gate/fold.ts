import type { DefinitionEvent } from "../definition/definition.ts";
import { withGate, withRule, withoutGate, type ActiveGates } from "./active-gates.ts";

/**
 * True for content of today's shape. The first imports kept their authors' own words and were not evaluated: a gate
 * of theirs begins to hold when its file is imported again.
 */
const isParsed = (content: unknown, key: string): boolean =>
  typeof content === "object" && content !== null && Object.hasOwn(content, key);

/** The active gates after an import; other definitions change nothing. */
export const withImported = (active: ActiveGates, event: DefinitionEvent): ActiveGates => {
  switch (event.type) {
    case "GateImported": {
      const { content, version, place } = event.data;
      const last = active.gates.at(-1)?.place ?? 0;
      return isParsed(content, "subject")
        ? withGate(active, { ...content, version, place: place ?? last + 1 })
        : active;
    }
    case "RuleImported":
      return isParsed(event.data.content.when, "kind")
        ? withRule(active, event.data.content)
        : active;
    case "LevelsImported": {
      const { content, version } = event.data;
      return isParsed(content, "fallback")
        ? { ...active, levels: { ...content, version } }
        : active;
    }
    default:
      return active;
  }
};

/** The active gates after one of them was retired. */
export const withRetired = (
  active: ActiveGates,
  { kind, id }: { readonly kind: "gate" | "rule" | "levels"; readonly id: string },
): ActiveGates => withoutGate(active, kind, id);
