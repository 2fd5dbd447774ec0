import type { Delegation, DelegationState } from "@countersign/domain/delegation/delegation.ts";
import type { Happening } from "../happenings.ts";
import { emptyDelegations, evolveDelegations } from "@countersign/domain/delegation/evolve.ts";

/** A delegation of the first week of the examples' year; `from` to `to`, unless told otherwise. */
export const handsOver = (
  from: string,
  to: string,
  over: Partial<Delegation> = {},
): Delegation => ({
  id: `dlg_${from}-${to}`,
  from,
  to,
  startsAt: "2026-01-05T00:00:00.000Z",
  endsAt: "2026-01-12T00:00:00.000Z",
  policies: null,
  roles: null,
  exclusive: false,
  redelegate: false,
  reason: null,
  ...over,
});

const metadata = (revision: number) => ({
  commandId: `delegation-${revision}`,
  correlationId: "c",
  org: "demo",
  actor: { kind: "person", id: "ana" } as const,
  channel: "rest" as const,
  occurredAt: "2026-01-05T08:00:00.000Z",
  schemaVersion: 1,
});

/** The delegations after these were made, in this order. */
export const delegationsOf = (
  links: readonly Delegation[],
  from: DelegationState = emptyDelegations,
): DelegationState =>
  links.reduce(
    (state, data) =>
      evolveDelegations(state, {
        event: { type: "DelegationCreated", data },
        metadata: metadata(state.revision + 1),
      }),
    from,
  );

/** The delegations after this one was revoked. */
export const withoutDelegation = (state: DelegationState, id: string): DelegationState =>
  evolveDelegations(state, {
    event: { type: "DelegationRevoked", data: { id } },
    metadata: metadata(state.revision + 1),
  });

/** Delegations are made; nobody has told the request yet. */
export const handedOver = (...links: readonly Delegation[]): Happening => ({
  kind: "world",
  change: (from) => ({ ...from, delegation: delegationsOf(links, from.delegation) }),
});

/** A delegation is revoked. */
export const revoked = (id: string): Happening => ({
  kind: "world",
  change: (from) => ({ ...from, delegation: withoutDelegation(from.delegation, id) }),
});
