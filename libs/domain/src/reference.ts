import type { BusinessTime } from "./business-time.ts";
import type { DefinitionState } from "./definition/definition.ts";
import type { DelegationState } from "./delegation/delegation.ts";
import type { DirectoryState } from "./directory/directory.ts";
import type { JsonObject } from "./json.ts";

/** Evaluates a guard expression over facts: true, false, or null for unknown with what was missing or failed. */
export type EvaluateExpression = (
  text: string,
  facts: JsonObject,
) => { readonly value: boolean | null; readonly why: string | null };

/** The org's reference streams as folded up to one moment: what a decision and a picture may read besides the request. */
export interface Reference {
  readonly directory: DirectoryState;
  readonly definition: DefinitionState;
  readonly delegation: DelegationState;
  readonly evaluateExpression: EvaluateExpression;
  /** Left out while the org has no calendar: then all time is plain. */
  readonly businessTime?: BusinessTime;
}
