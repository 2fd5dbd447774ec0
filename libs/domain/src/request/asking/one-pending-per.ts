import type { DefinitionState } from "../../definition/definition.ts";
import type { Reference } from "../../reference.ts";
import { chainOf } from "../levels/chain.ts";
import { resolveIdentifier } from "../people/people.ts";
import { refuse, type Refusal } from "../refusals.ts";
import type { Frozen } from "../state.ts";

/** A value of which a policy lets one request be pending. */
export interface PendingValue {
  readonly policy: string;
  readonly value: string;
}

const limited = new WeakMap<DefinitionState, boolean>();

/** True where some policy of the org limits how many requests may be pending. */
export const limitsPending = (definition: DefinitionState): boolean => {
  let found = limited.get(definition);
  if (found === undefined) {
    found = [...definition.policies.values()].some(({ onePendingPer }) => onePendingPer !== null);
    limited.set(definition, found);
  }
  return found;
};

/**
 * The values that a new request takes, by `one_pending_per` of its policies, from its frozen facts. Refused
 * `unprocessable` when the facts lack one: without it the limit could be walked around by saying nothing.
 */
export const pendingValues = (
  frozen: Frozen,
  { definition }: Reference,
): { readonly values: readonly PendingValue[] } | { readonly refusal: Refusal } => {
  if (!limitsPending(definition)) return { values: [] };
  const values: PendingValue[] = [];
  for (const { id, onePendingPer } of chainOf(frozen, definition).policies) {
    if (onePendingPer === null) continue;
    const value = resolveIdentifier(onePendingPer, frozen);
    if (value === null) {
      const message = `lacks what one_pending_per of policy ${id} is made of: ${onePendingPer}`;
      return {
        refusal: refuse("unprocessable", `The ask ${message}.`, {
          faults: [{ path: "", message }],
        }),
      };
    }
    values.push({ policy: id, value });
  }
  return { values };
};
