import type { Actor } from "../actor.ts";
import type { Json, JsonObject } from "../json.ts";
import type { RecipeAction, RecipeTrigger } from "./recipe.ts";

/** Runs of one recipe: the stream `automation-<org>.<recipe>`. */

/** Which run of which recipe did something. */
export interface RunRef {
  readonly recipe: string;
  readonly version: number;
  /** `run_…`, derived from the recipe, what triggered it, and the topic. */
  readonly run: string;
}

/** One attribute of a topic that a run changes. */
export interface FieldChange {
  readonly field: string;
  readonly before: Json;
  readonly after: Json;
}

/** What a request shows of a run. */
export interface RunNote extends RunRef {
  readonly trigger: RecipeTrigger;
  readonly because: string;
  /** What the conditions compared, by field; a missing one is null. */
  readonly facts: JsonObject;
  readonly diff: readonly FieldChange[];
}

export interface AutomationRun extends RunNote {
  /**
   * `due`: a schedule's time has come, topics are looked at now. `asked`: people are asked before it runs. `ran`: what
   * it does follows from here. `declined`: people said no, or it could not be asked or done, for this reason.
   */
  readonly phase: "due" | "asked" | "ran" | "declined";
  /** The event that triggered it, or the timer's key. */
  readonly cause: string;
  /** The topic as far as it was read; null for a request without one, and for `due`. */
  readonly topic: {
    readonly workflow: string;
    readonly id: string;
    readonly revision: number;
  } | null;
  /** Pending requests that it reaches. */
  readonly requests: readonly string[];
  /** The actions with their texts filled in. */
  readonly actions: readonly RecipeAction[];
  /** Who set what its conditions read: an attribute of the topic, or a field of a request. `*` is all of it. */
  readonly setBy: Readonly<Record<string, readonly Actor[]>>;
  /** Who set what the names of approvers were filled in from. */
  readonly namedBy: Readonly<Record<string, readonly Actor[]>>;
  /** In whose names it may ask people: the first for whom the request can be made is its requester. */
  readonly askers: readonly { readonly kind: "person" | "agent"; readonly id: string }[];
  /** The request by which people were asked before it ran. */
  readonly approvalId: string | null;
  /** Why it was declined. */
  readonly reason: string | null;
}

export type AutomationEvent = { readonly type: "AutomationRan"; readonly data: AutomationRun };

/** What deciding about a recipe must know of it: the runs that wait for people. */
export interface AutomationState {
  readonly asked: ReadonlyMap<string, AutomationRun>;
}
