import type { DefinitionState } from "@countersign/domain/definition/definition.ts";

/** Names of the org that a file is read for: what the file may mention without bringing it along. */
export interface Known {
  /** Members by role. */
  readonly roles: ReadonlyMap<string, readonly string[]>;
  /** People by id. */
  readonly people: ReadonlyMap<string, { readonly email: string | null }>;
  /** The org's definitions of today; left out, names of policies and calendars are held against the file alone. */
  readonly definition?: DefinitionState;
}
