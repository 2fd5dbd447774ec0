import type { JsonObject } from "../json.ts";
import type { DelegationState, KnownDelegation } from "./delegation.ts";

const statusOf = (
  { startsAt, endsAt, revokedAt }: KnownDelegation,
  now: string,
): "scheduled" | "active" | "ended" | "revoked" => {
  if (revokedAt !== null) return "revoked";
  const at = Date.parse(now);
  if (at < Date.parse(startsAt)) return "scheduled";
  return at < Date.parse(endsAt) ? "active" : "ended";
};

/** A delegation as the wire shows it at `now` (ISO 8601). */
export const delegationView = (delegation: KnownDelegation, now: string): JsonObject => {
  const { id, from, to, startsAt, endsAt, policies, roles } = delegation;
  return {
    id,
    from,
    to,
    starts_at: startsAt,
    ends_at: endsAt,
    policies,
    roles,
    exclusive: delegation.exclusive,
    redelegate: delegation.redelegate,
    reason: delegation.reason,
    status: statusOf(delegation, now),
    revoked_at: delegation.revokedAt,
  };
};

/** Newest first: all of them, or those of this person's slots and to this person. */
export const delegationViews = (
  state: DelegationState,
  person: string | null,
  now: string,
): readonly JsonObject[] =>
  [...state.delegations.values()]
    .filter(({ from, to }) => person === null || from === person || to === person)
    .toReversed()
    .map((delegation) => delegationView(delegation, now));
