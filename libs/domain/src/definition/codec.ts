import type { DefinitionEvent } from "./definition.ts";

/** The shape in which definition events are written today. */
export const DEFINITION_SCHEMA_VERSION = 1;

const types: ReadonlySet<string> = new Set<DefinitionEvent["type"]>([
  "PolicyImported",
  "WorkflowImported",
  "DefaultsImported",
  "GateImported",
  "RuleImported",
  "RecipeImported",
  "CalendarImported",
  "LevelsImported",
  "GuardImported",
  "PolicyLoosened",
  "WorkflowLoosened",
  "DefaultsLoosened",
  "GateLoosened",
  "RuleLoosened",
  "RecipeLoosened",
  "CalendarLoosened",
  "LevelsLoosened",
  "GuardLoosened",
  "PolicyRetired",
  "WorkflowRetired",
  "DefaultsRetired",
  "GateRetired",
  "RuleRetired",
  "RecipeRetired",
  "CalendarRetired",
  "LevelsRetired",
  "GuardRetired",
  "StandingGrantCreated",
  "StandingGrantRevoked",
]);

/**
 * A stored event as today's. `data` is the stored JSON text. Throws on a type or version that this build does not
 * know: an older build must not guess at what a newer one wrote.
 */
export const decodeDefinitionEvent = (
  type: string,
  data: string,
  schemaVersion: number,
): DefinitionEvent => {
  if (!types.has(type) || schemaVersion !== DEFINITION_SCHEMA_VERSION) {
    throw new Error(`Unknown definition event ${type} in version ${schemaVersion}.`);
  }
  return { type, data: JSON.parse(data) } as DefinitionEvent;
};
