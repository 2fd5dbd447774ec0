import { gatePlaces } from "../gate/place.ts";
import type { Policy } from "../policy/policy.ts";
import type { Workflow } from "../topic/workflow.ts";
import type { DefinitionEvent, DefinitionKind, DefinitionState } from "./definition.ts";
import { loosened } from "./loosened.ts";
import type { HashedDefinition } from "./parsed.ts";

/** One line of the answer to an import. */
export interface ImportedLine {
  readonly kind: DefinitionKind;
  readonly id: string;
  readonly version: number;
  readonly active: boolean;
  readonly hash: string;
}

export interface ImportDecision {
  /** Of each definition whose content changed, in file order: that, and what it loosens; empty when there is nothing new. */
  readonly events: readonly DefinitionEvent[];
  /** Every definition of the file as it stands afterwards, in file order. */
  readonly definitions: readonly ImportedLine[];
}

const versionedPolicy = (policy: Policy, version: number): Policy => ({ ...policy, version });

const versionedWorkflow = (workflow: Workflow, version: number): Workflow => ({
  ...workflow,
  version,
  transitions: workflow.transitions.map((transition) =>
    transition.policy === null
      ? transition
      : { ...transition, policy: versionedPolicy(transition.policy, version) },
  ),
});

const imported = (
  definition: HashedDefinition,
  version: number,
  file: string,
  places: ReadonlyMap<string, number>,
): DefinitionEvent => {
  const { id, label, hash, source } = definition;
  const about = { id, version, label, hash, file, source };
  switch (definition.kind) {
    case "policy": {
      const content = versionedPolicy(definition.content, version);
      return { type: "PolicyImported", data: { kind: "policy", ...about, content } };
    }
    case "workflow": {
      const content = versionedWorkflow(definition.content, version);
      return { type: "WorkflowImported", data: { kind: "workflow", ...about, content } };
    }
    case "defaults":
      return {
        type: "DefaultsImported",
        data: { kind: "defaults", ...about, content: definition.content },
      };
    case "gate": {
      const { content } = definition;
      const place = places.get(id);
      const data = { kind: "gate" as const, ...about, content };
      return { type: "GateImported", data: place === undefined ? data : { ...data, place } };
    }
    case "rule":
      return {
        type: "RuleImported",
        data: { kind: "rule", ...about, content: definition.content },
      };
    case "recipe":
      return {
        type: "RecipeImported",
        data: { kind: "recipe", ...about, content: definition.content },
      };
    case "calendar":
      return {
        type: "CalendarImported",
        data: { kind: "calendar", ...about, content: definition.content },
      };
    case "levels":
      return {
        type: "LevelsImported",
        data: { kind: "levels", ...about, content: definition.content },
      };
    case "guard":
      return {
        type: "GuardImported",
        data: { kind: "guard", ...about, content: definition.content },
      };
  }
};

/**
 * What an import of one file changes. A definition whose hash is that of its newest active version stays as it is;
 * any other gets the next version (1, 2, 3 …) and is active. Leaving a definition out of a file changes nothing.
 * The file was found free of faults before; `file` is its name.
 */
export const decideImport = (
  state: DefinitionState,
  {
    definitions,
    file,
  }: { readonly definitions: readonly HashedDefinition[]; readonly file: string },
): ImportDecision => {
  const events: DefinitionEvent[] = [];
  const lines: ImportedLine[] = [];
  const isKnown = ({ kind, id, hash }: HashedDefinition): boolean => {
    const newest = state.entries.get(`${kind}/${id}`)?.at(-1);
    return newest !== undefined && newest.active && newest.hash === hash;
  };
  const places = gatePlaces(state.gates, definitions, isKnown);
  for (const definition of definitions) {
    const { kind, id, hash } = definition;
    const newest = state.entries.get(`${kind}/${id}`)?.at(-1);
    // The order of gates is part of what they say: one that moves in its file is a new version too.
    const moves = kind === "gate" && places.has(id);
    const same = newest !== undefined && isKnown(definition) && !moves;
    const version = same ? newest.version : (newest?.version ?? 0) + 1;
    if (!same) {
      events.push(
        imported(definition, version, file, places),
        ...loosened(state, definition, version),
      );
    }
    lines.push({ kind, id, version, active: true, hash });
  }
  return { events, definitions: lines };
};
