import type { Json } from "../json.ts";
import type { Condition } from "../policy/condition.ts";
import type { Duration, Target } from "../policy/policy.ts";

/** What makes a recipe look at a topic or a request. */
export type RecipeTrigger =
  | "case.updated"
  | "approval.timeout"
  | "workflow.after_transition"
  | "scheduled";

/** One change of a chain that is under way. */
export type ChainChange =
  | { readonly kind: "skip-levels"; readonly levels: readonly number[] }
  /** Brings due marks forward; level null means every level still to be decided. */
  | { readonly kind: "reduce-timeout"; readonly level: number | null; readonly after: Duration }
  /** Level null means the open one, group null the level's only one. */
  | {
      readonly kind: "add-approvers";
      readonly level: number | null;
      readonly group: string | null;
      readonly approvers: readonly Target[];
    };

/** Something a recipe does. Texts and identifiers may hold `{{case.field}}`, filled in when it runs. */
export type RecipeAction =
  | {
      readonly type: "request_approval";
      readonly title: string | null;
      readonly reason: string | null;
      /** Empty: the named policy, or the org's default. */
      readonly approvers: readonly Target[];
      readonly policy: string | null;
      /** How long people have. */
      readonly timeout: Duration | null;
      readonly urgency: "low" | "normal" | "high" | "critical";
    }
  | {
      readonly type: "escalate_approval";
      readonly approvers: readonly Target[];
      readonly level: number | null;
      readonly reason: string | null;
    }
  | { readonly type: "modify_approval_chain"; readonly changes: readonly ChainChange[] }
  | {
      readonly type: "notify";
      readonly channel: string | null;
      readonly template: string | null;
      readonly level: string | null;
      readonly message: string | null;
      readonly recipients: readonly string[];
      readonly mention: readonly string[];
    }
  | {
      readonly type: "reassign";
      /** Who gets the open slots of the pending requests; where none is pending, the first is the topic's assignee. */
      readonly to: readonly Target[];
      /** The topic's new assignee, or null. */
      readonly assignee: string | null;
      readonly reason: string | null;
    }
  | { readonly type: "set_field"; readonly field: string; readonly value: Json }
  | { readonly type: "add_label"; readonly label: string }
  | { readonly type: "add_comment"; readonly body: string };

/** When a recipe runs by the clock. */
export interface Schedule {
  /** Five fields: minute, hour, day of the month, month, weekday. */
  readonly cron: string;
  /** IANA name of the zone in which the fields are read. */
  readonly zone: string;
}

/** What happens by itself when something is seen about a topic; imported, immutable, in versions. */
export interface Recipe {
  readonly id: string;
  readonly name: string;
  readonly trigger: RecipeTrigger;
  /** Of a scheduled recipe only. */
  readonly schedule: Schedule | null;
  /** The one workflow whose topics it looks at; null for all. */
  readonly workflow: string | null;
  /** Null: always. Only true runs it: what is unknown changes nothing. */
  readonly conditions: Condition | null;
  readonly actions: readonly RecipeAction[];
  /** People are asked before the actions run. */
  readonly requiresApproval: boolean;
  /** Who is asked then; empty and null: the org's default policy. */
  readonly approvers: readonly Target[];
  readonly policy: string | null;
}
