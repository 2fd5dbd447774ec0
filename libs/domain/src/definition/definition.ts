import type { JsonObject } from "../json.ts";
import type { Policy } from "../policy/policy.ts";
import type { Workflow } from "../topic/workflow.ts";

/** Definitions of one org: the stream `definition-<org>.main`. One import is one append, all or nothing. */

export type DefinitionKind =
  | "policy"
  | "workflow"
  | "gate"
  | "rule"
  | "recipe"
  | "calendar"
  | "defaults"
  | "levels";

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

/** The parsed content by kind. Kinds whose rules are not built yet keep their author's JSON. */
export interface DefinitionContent {
  readonly policy: Policy;
  readonly workflow: Workflow;
  readonly defaults: Defaults;
  readonly gate: JsonObject;
  readonly rule: JsonObject;
  readonly recipe: JsonObject;
  readonly calendar: JsonObject;
  readonly levels: JsonObject;
}

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
}

export type DefinitionEvent =
  | { readonly type: "PolicyImported"; readonly data: Imported<"policy"> }
  | { readonly type: "WorkflowImported"; readonly data: Imported<"workflow"> }
  | { readonly type: "DefaultsImported"; readonly data: Imported<"defaults"> }
  | { readonly type: "GateImported"; readonly data: Imported<"gate"> }
  | { readonly type: "RuleImported"; readonly data: Imported<"rule"> }
  | { readonly type: "RecipeImported"; readonly data: Imported<"recipe"> }
  | { readonly type: "CalendarImported"; readonly data: Imported<"calendar"> }
  | { readonly type: "LevelsImported"; readonly data: Imported<"levels"> };

/** One definition, newest version, as `GET …/definitions` shows it. */
export interface DefinitionEntry {
  readonly kind: DefinitionKind;
  readonly id: string;
  readonly version: number;
  readonly active: boolean;
  readonly label: string | null;
  readonly hash: string;
  readonly file: string;
  readonly source: string;
  readonly importedAt: string;
  readonly importedBy: string;
}

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
  readonly defaults: Defaults;
}
