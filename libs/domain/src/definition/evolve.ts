import type { EventMetadata } from "../actor.ts";
import { noGates } from "../gate/active-gates.ts";
import { withImported, withRetired } from "../gate/fold.ts";
import { calendarAsToday } from "./calendar.ts";
import type { Policy } from "../policy/policy.ts";
import { evolveStandingGrants, isStandingGrantEvent } from "../standing-grant/evolve.ts";
import type { Workflow } from "../topic/workflow.ts";
import type {
  DefinitionEntry,
  DefinitionEvent,
  DefinitionKind,
  DefinitionState,
  Defaults,
  Retired,
} from "./definition.ts";

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
  calendars: new Map(),
  gates: noGates,
  defaults: productDefaults,
  standingGrants: new Map(),
};

const policiesOf = (workflow: Workflow | undefined): readonly Policy[] =>
  (workflow?.transitions ?? []).flatMap(({ policy }) => (policy === null ? [] : [policy]));

const without = <Value>(
  map: ReadonlyMap<string, Value>,
  keys: readonly string[],
): ReadonlyMap<string, Value> => new Map([...map].filter(([key]) => !keys.includes(key)));

/** The definitions without one that was retired; its versions stay for the requests that are pinned to them. */
const withoutRetired = (
  state: DefinitionState,
  { kind, id, version }: Retired<DefinitionKind>,
): DefinitionState => {
  const key = `${kind}/${id}`;
  const versions = state.entries.get(key) ?? [];
  if (versions.findLast(({ active }) => active)?.version !== version) {
    throw new Error(`Version ${version} of ${key} is not active.`);
  }
  const inactive = versions.map((entry) => (entry.active ? { ...entry, active: false } : entry));
  const next = { ...state, entries: new Map(state.entries).set(key, inactive) };
  switch (kind) {
    case "policy":
      return { ...next, activePolicies: without(state.activePolicies, [id]) };
    case "workflow": {
      const policies = policiesOf(state.workflows.get(id)).map((policy) => policy.id);
      return {
        ...next,
        activePolicies: without(state.activePolicies, policies),
        workflows: without(state.workflows, [id]),
      };
    }
    case "defaults":
      return { ...next, defaults: productDefaults };
    case "calendar":
      return { ...next, calendars: without(state.calendars, [id]) };
    case "gate":
    case "rule":
    case "levels":
      return { ...next, gates: withRetired(state.gates, { kind, id }) };
    case "recipe":
    case "guard":
      return next;
  }
};

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

type ImportedEvent = Extract<DefinitionEvent, { readonly data: { readonly source: string } }>;
type LoosenedEvent = Extract<DefinitionEvent, { readonly data: { readonly changes: object } }>;

const isImported = (event: DefinitionEvent): event is ImportedEvent => "source" in event.data;
const isLoosened = (event: DefinitionEvent): event is LoosenedEvent => "changes" in event.data;

const withEntry = (
  state: DefinitionState,
  { data }: ImportedEvent,
  metadata: EventMetadata,
): DefinitionState["entries"] => {
  const { kind, id, version, label, hash, file, source, content } = data;
  const key = `${kind}/${id}`;
  const earlier = state.entries.get(key) ?? [];
  if (version !== (earlier.at(-1)?.version ?? 0) + 1) {
    throw new Error(`Version ${version} of ${key} does not follow the one before it.`);
  }
  // Kind and content come from one event, so they fit each other.
  const entry = {
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
    content,
  } as DefinitionEntry;
  const superseded = earlier.map((older) => (older.active ? { ...older, active: false } : older));
  return new Map(state.entries).set(key, [...superseded, entry]);
};

/**
 * The definitions after one more event. The state given is not changed. Policies of transitions stand among the
 * others under `<workflow>--<from>--<to>`, at the workflow's version; those that a new version of the workflow no
 * longer has are no longer active. That a version loosens changes nothing but the audit trail. Throws when a version
 * does not follow the one before it, and when what is retired is not active.
 */
export const evolveDefinition = (
  state: DefinitionState,
  { event, metadata }: { readonly event: DefinitionEvent; readonly metadata: EventMetadata },
): DefinitionState => {
  const revision = state.revision + 1;
  if (isStandingGrantEvent(event)) {
    const standingGrants = evolveStandingGrants(state.standingGrants, event, metadata);
    return { ...state, revision, standingGrants };
  }
  if (isLoosened(event)) {
    return { ...state, revision };
  }
  if (!isImported(event)) {
    return { ...withoutRetired(state, event.data), revision };
  }
  const next = {
    ...state,
    revision,
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
    case "CalendarImported": {
      const calendar = calendarAsToday(event.data.content);
      return { ...next, calendars: new Map(state.calendars).set(calendar.id, calendar) };
    }
    case "GateImported":
    case "RuleImported":
    case "LevelsImported":
      return { ...next, gates: withImported(state.gates, event) };
    case "RecipeImported":
    case "GuardImported":
      return next;
  }
};
