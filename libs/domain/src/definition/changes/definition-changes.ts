import type { DefinitionVersion } from "../definition.ts";
import type { Change } from "./change.ts";
import { comparing } from "./loosenings.ts";
import { policyChanges } from "./policy-changes.ts";
import { valueChanges } from "./value-changes.ts";
import { workflowChanges } from "./workflow-changes.ts";

/** A content with the numbers that the org gives it left out. */
const unversioned = ({ content }: DefinitionVersion): string =>
  JSON.stringify(content, (key, value: unknown) => (key === "version" ? null : value));

/**
 * What is different in a later version of a definition, in words. A version's number, its label and its layout are no
 * difference. Throws when the two are not of one kind.
 */
export const definitionChanges = (
  before: DefinitionVersion,
  after: DefinitionVersion,
): readonly Change[] => {
  const changes = partsChanged(before, after);
  const moved = changes.length === 0 && unversioned(before) !== unversioned(after);
  return moved
    ? [{ path: "", text: "the same parts stand in another order", loosens: false }]
    : changes;
};

const partsChanged = (before: DefinitionVersion, after: DefinitionVersion): readonly Change[] => {
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
