import type { Recipe } from "../automation/recipe.ts";
import type { ActiveGates } from "../gate/active-gates.ts";
import type { ApprovalLevels, Gate, Rule } from "../gate/gate.ts";
import type { JsonObject } from "../json.ts";
import type { Policy } from "../policy/policy.ts";
import type { StandingGrantEvent, StandingGrants } from "../standing-grant/standing-grant.ts";
import type { WorkflowGuard } from "../topic/workflow-guard.ts";
import type { Workflow } from "../topic/workflow.ts";
import type { Calendar } from "./calendar.ts";

/** Definitions of one org: the stream `definition-<org>.main`. One import is one append, all or nothing. */

export const definitionKinds = [
  "policy",
  "workflow",
  "gate",
  "rule",
  "recipe",
  "calendar",
  "defaults",
  "levels",
  "guard",
] as const;

export type DefinitionKind = (typeof definitionKinds)[number];

/** What an org falls back to. Null: the product's own default. */
export interface Defaults {
  readonly policy: string | null;
  readonly expiresIn: string | null;
  readonly routing: JsonObject | null;
  readonly autoApprove: "forbid" | "allow";
  readonly agentDeciders: "allow" | "forbid";
  readonly selfApproval: "forbid" | "allow";
  readonly calendar: string | null;
}

/** The parsed content by kind. */
export interface DefinitionContent {
  readonly policy: Policy;
  readonly workflow: Workflow;
  readonly defaults: Defaults;
  readonly gate: Gate;
  readonly rule: Rule;
  readonly recipe: Recipe;
  readonly calendar: Calendar;
  readonly levels: ApprovalLevels;
  readonly guard: WorkflowGuard;
}

/** A definition's kind with the content of one version. */
export type DefinitionVersion = {
  readonly [K in DefinitionKind]: { readonly kind: K; readonly content: DefinitionContent[K] };
}[DefinitionKind];

/** One definition as an import records it. `source` is its own slice of the file. */
export interface Imported<K extends DefinitionKind> {
  readonly kind: K;
  readonly id: string;
  /** 1, 2, 3 … by change of the parsed content. */
  readonly version: number;
  /** The file's own `version`, if it had one. */
  readonly label: string | null;
  /** `sha256:` + hex over the RFC 8785 form of the content. */
  readonly hash: string;
  readonly file: string;
  readonly source: string;
  readonly content: DefinitionContent[K];
  /** Of a gate: its place among all of the org. */
  readonly place?: number;
}

/** What a new version lets pass that the one before it did not: its own entry in the audit trail. */
export interface Loosened<K extends DefinitionKind> {
  readonly kind: K;
  readonly id: string;
  readonly version: number;
  /** The version it is compared with; null where it replaces what the product does by itself. */
  readonly from: number | null;
  /** The changes that loosen, in words, in the order of the file. */
  readonly changes: readonly { readonly path: string; readonly text: string }[];
}

/** A definition that is not active any more. Requests stay pinned to its versions; a later import makes the next one. */
export interface Retired<K extends DefinitionKind> {
  readonly kind: K;
  readonly id: string;
  /** The version that was active until now. */
  readonly version: number;
}

export type DefinitionEvent =
  | { readonly type: "PolicyImported"; readonly data: Imported<"policy"> }
  | { readonly type: "WorkflowImported"; readonly data: Imported<"workflow"> }
  | { readonly type: "DefaultsImported"; readonly data: Imported<"defaults"> }
  | { readonly type: "GateImported"; readonly data: Imported<"gate"> }
  | { readonly type: "RuleImported"; readonly data: Imported<"rule"> }
  | { readonly type: "RecipeImported"; readonly data: Imported<"recipe"> }
  | { readonly type: "CalendarImported"; readonly data: Imported<"calendar"> }
  | { readonly type: "LevelsImported"; readonly data: Imported<"levels"> }
  | { readonly type: "GuardImported"; readonly data: Imported<"guard"> }
  | { readonly type: "PolicyLoosened"; readonly data: Loosened<"policy"> }
  | { readonly type: "WorkflowLoosened"; readonly data: Loosened<"workflow"> }
  | { readonly type: "DefaultsLoosened"; readonly data: Loosened<"defaults"> }
  | { readonly type: "GateLoosened"; readonly data: Loosened<"gate"> }
  | { readonly type: "RuleLoosened"; readonly data: Loosened<"rule"> }
  | { readonly type: "RecipeLoosened"; readonly data: Loosened<"recipe"> }
  | { readonly type: "CalendarLoosened"; readonly data: Loosened<"calendar"> }
  | { readonly type: "LevelsLoosened"; readonly data: Loosened<"levels"> }
  | { readonly type: "GuardLoosened"; readonly data: Loosened<"guard"> }
  | { readonly type: "PolicyRetired"; readonly data: Retired<"policy"> }
  | { readonly type: "WorkflowRetired"; readonly data: Retired<"workflow"> }
  | { readonly type: "DefaultsRetired"; readonly data: Retired<"defaults"> }
  | { readonly type: "GateRetired"; readonly data: Retired<"gate"> }
  | { readonly type: "RuleRetired"; readonly data: Retired<"rule"> }
  | { readonly type: "RecipeRetired"; readonly data: Retired<"recipe"> }
  | { readonly type: "CalendarRetired"; readonly data: Retired<"calendar"> }
  | { readonly type: "LevelsRetired"; readonly data: Retired<"levels"> }
  | { readonly type: "GuardRetired"; readonly data: Retired<"guard"> }
  | StandingGrantEvent;

/** One version of a definition, as `GET …/definitions` shows it, with its parsed content. */
interface EntryOf<K extends DefinitionKind> {
  readonly kind: K;
  readonly id: string;
  readonly version: number;
  readonly active: boolean;
  readonly label: string | null;
  readonly hash: string;
  readonly file: string;
  readonly source: string;
  readonly importedAt: string;
  readonly importedBy: string;
  readonly content: DefinitionContent[K];
}

/** One version of any definition. */
export type DefinitionEntry = { readonly [K in DefinitionKind]: EntryOf<K> }[DefinitionKind];

export interface DefinitionState {
  readonly revision: number;
  /** By `<kind>/<id>`, every version in order. */
  readonly entries: ReadonlyMap<string, readonly DefinitionEntry[]>;
  /** Every policy version ever imported, by `<id>@<version>`, those of transitions (`<workflow>--<from>--<to>`) included. */
  readonly policies: ReadonlyMap<string, Policy>;
  /** Active policy version by id. */
  readonly activePolicies: ReadonlyMap<string, Policy>;
  /** Active workflow by id. */
  readonly workflows: ReadonlyMap<string, Workflow>;
  /** Active calendar by id. */
  readonly calendars: ReadonlyMap<string, Calendar>;
  /** Active gates, rules and approval levels. */
  readonly gates: ActiveGates;
  readonly defaults: Defaults;
  readonly standingGrants: StandingGrants;
}
