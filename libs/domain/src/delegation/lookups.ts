import type { DelegationState, KnownDelegation } from "./delegation.ts";

/** Links that may stand between a slot's owner and whoever acts: A to B, B to C, C to D. */
export const MAX_LINKS = 3;

interface Lookups {
  readonly from: ReadonlyMap<string, readonly KnownDelegation[]>;
  readonly to: ReadonlyMap<string, readonly KnownDelegation[]>;
}

const none: readonly KnownDelegation[] = [];

const grouped = (
  delegations: Iterable<KnownDelegation>,
  by: "from" | "to",
): ReadonlyMap<string, readonly KnownDelegation[]> => {
  const groups = new Map<string, KnownDelegation[]>();
  for (const delegation of delegations) {
    if (delegation.revokedAt !== null) continue;
    const group = groups.get(delegation[by]);
    if (group === undefined) groups.set(delegation[by], [delegation]);
    else group.push(delegation);
  }
  return groups;
};

/** Made once for each state, when it is first asked: votes ask again and again, delegations change rarely. */
const known = new WeakMap<DelegationState, Lookups>();

const lookups = (state: DelegationState): Lookups => {
  let found = known.get(state);
  if (found === undefined) {
    const all = state.delegations.values();
    found = { from: grouped(all, "from"), to: grouped(state.delegations.values(), "to") };
    known.set(state, found);
  }
  return found;
};

/** Delegations of this person's slots that were not revoked, whatever their window, oldest first. */
export const delegationsFrom = (
  state: DelegationState,
  person: string,
): readonly KnownDelegation[] => lookups(state).from.get(person) ?? none;

/** Delegations to this person that were not revoked, whatever their window, oldest first. */
export const delegationsTo = (state: DelegationState, person: string): readonly KnownDelegation[] =>
  lookups(state).to.get(person) ?? none;

/** True when `now` (ISO 8601) lies in the window and the delegation was not revoked. */
export const isActiveDelegation = (
  { startsAt, endsAt, revokedAt }: KnownDelegation,
  now: string,
): boolean => {
  const at = Date.parse(now);
  return revokedAt === null && Date.parse(startsAt) <= at && at < Date.parse(endsAt);
};

/** True while a person has handed all their slots over and answers none themselves: absent for round robin. */
export const isAway = (state: DelegationState, person: string, now: string): boolean =>
  delegationsFrom(state, person).some(
    (delegation) => delegation.exclusive && isActiveDelegation(delegation, now),
  );
