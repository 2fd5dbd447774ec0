import type { DefinitionVersion } from "../definition.ts";
import type { Change } from "./change.ts";
import { comparing } from "./loosenings.ts";
import { policyChanges } from "./policy-changes.ts";
import { valueChanges } from "./value-changes.ts";
import { workflowChanges } from "./workflow-changes.ts";

/**
 * What is different in a later version of a definition, in words. A version's number, its label and its layout are no
 * difference. Throws when the two are not of one kind.
 */
export const definitionChanges = (
  before: DefinitionVersion,
  after: DefinitionVersion,
): readonly Change[] => {
  if (before.kind === "policy" && after.kind === "policy") {
    return policyChanges(before.content, after.content);
  }
  if (before.kind === "workflow" && after.kind === "workflow") {
    return workflowChanges(before.content, after.content);
  }
  if (before.kind !== after.kind || after.kind === "policy" || after.kind === "workflow") {
    throw new Error(`A ${before.kind} is not compared with a ${after.kind}.`);
  }
  return valueChanges(before.content, after.content, comparing(after));
};
