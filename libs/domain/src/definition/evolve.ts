import type { EventMetadata } from "../actor.ts";
import type { Policy } from "../policy/policy.ts";
import type { Workflow } from "../topic/workflow.ts";
import type { DefinitionEntry, DefinitionEvent, DefinitionState, Defaults } from "./definition.ts";

/** What holds in an org that has imported no defaults. */
export const productDefaults: Defaults = {
  policy: null,
  expiresIn: null,
  routing: null,
  autoApprove: "forbid",
  agentDeciders: "allow",
  selfApproval: "forbid",
  calendar: null,
};

/** The definitions of an org before its first import. */
export const emptyDefinition: DefinitionState = {
  revision: -1,
  entries: new Map(),
  policies: new Map(),
  activePolicies: new Map(),
  workflows: new Map(),
  defaults: productDefaults,
};

const policiesOf = (workflow: Workflow | undefined): readonly Policy[] =>
  (workflow?.transitions ?? []).flatMap(({ policy }) => (policy === null ? [] : [policy]));

const withPolicies = (
  state: DefinitionState,
  gone: readonly Policy[],
  come: readonly Policy[],
): Pick<DefinitionState, "policies" | "activePolicies"> => {
  const policies = new Map(state.policies);
  const activePolicies = new Map(state.activePolicies);
  for (const { id } of gone) {
    activePolicies.delete(id);
  }
  for (const policy of come) {
    policies.set(`${policy.id}@${policy.version}`, policy);
    activePolicies.set(policy.id, policy);
  }
  return { policies, activePolicies };
};

const withEntry = (
  state: DefinitionState,
  { data }: DefinitionEvent,
  metadata: EventMetadata,
): DefinitionState["entries"] => {
  const { kind, id, version, label, hash, file, source } = data;
  const key = `${kind}/${id}`;
  const earlier = state.entries.get(key) ?? [];
  if (version !== (earlier.at(-1)?.version ?? 0) + 1) {
    throw new Error(`Version ${version} of ${key} does not follow the one before it.`);
  }
  const entry: DefinitionEntry = {
    kind,
    id,
    version,
    active: true,
    label,
    hash,
    file,
    source,
    importedAt: metadata.occurredAt,
    importedBy: metadata.actor.id,
  };
  const superseded = earlier.map((older) => (older.active ? { ...older, active: false } : older));
  return new Map(state.entries).set(key, [...superseded, entry]);
};

/**
 * The definitions after one more event. The state given is not changed. Policies of transitions stand among the
 * others under `<workflow>--<from>--<to>`, at the workflow's version; those that a new version of the workflow no
 * longer has are no longer active. Throws when a version does not follow the one before it.
 */
export const evolveDefinition = (
  state: DefinitionState,
  { event, metadata }: { readonly event: DefinitionEvent; readonly metadata: EventMetadata },
): DefinitionState => {
  const next = {
    ...state,
    revision: state.revision + 1,
    entries: withEntry(state, event, metadata),
  };
  switch (event.type) {
    case "PolicyImported":
      return { ...next, ...withPolicies(state, [], [event.data.content]) };
    case "WorkflowImported": {
      const workflow = event.data.content;
      const before = state.workflows.get(workflow.id);
      return {
        ...next,
        ...withPolicies(state, policiesOf(before), policiesOf(workflow)),
        workflows: new Map(state.workflows).set(workflow.id, workflow),
      };
    }
    case "DefaultsImported":
      return { ...next, defaults: event.data.content };
    case "GateImported":
    case "RuleImported":
    case "RecipeImported":
    case "CalendarImported":
    case "LevelsImported":
      return next;
  }
};
