import type { EventMetadata } from "../actor.ts";
import type { DelegationEvent, DelegationState } from "./delegation.ts";

/** The delegations of an org before its first one. */
export const emptyDelegations: DelegationState = { revision: -1, delegations: new Map() };

/** The delegations after one more event. The state given is not changed. Throws when an unknown one is revoked. */
export const evolveDelegations = (
  state: DelegationState,
  { event, metadata }: { readonly event: DelegationEvent; readonly metadata: EventMetadata },
): DelegationState => {
  const revision = state.revision + 1;
  const { id } = event.data;
  const delegations = new Map(state.delegations);
  if (event.type === "DelegationCreated") {
    delegations.set(id, { ...event.data, revokedAt: null });
  } else {
    const known = state.delegations.get(id);
    if (known === undefined) throw new Error(`No delegation ${id} was there to be revoked.`);
    delegations.set(id, { ...known, revokedAt: metadata.occurredAt });
  }
  return { revision, delegations };
};
