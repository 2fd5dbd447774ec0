/** Who acts for whom while they are away: the stream `delegation-<org>.main`, folded in every commander and projector. */

/** One person's right to answer on another's slots. The slot stays the other's. */
export interface Delegation {
  /** `dlg_` and a ULID. */
  readonly id: string;
  /** Whose slots. */
  readonly from: string;
  /** Who may act on them. */
  readonly to: string;
  /** ISO 8601; the window is half open: `startsAt` is inside it, `endsAt` is not. */
  readonly startsAt: string;
  readonly endsAt: string;
  /** Only for levels of these policies; null: all, inline approvers too. */
  readonly policies: readonly string[] | null;
  /** Only for slots that come from these roles; null: all, slots of named people too. */
  readonly roles: readonly string[] | null;
  /** While it is active the slot's owner does not act themselves. */
  readonly exclusive: boolean;
  /** Delegates of `to` may act for `from` as well. */
  readonly redelegate: boolean;
  readonly reason: string | null;
}

export type DelegationEvent =
  | { readonly type: "DelegationCreated"; readonly data: Delegation }
  | { readonly type: "DelegationRevoked"; readonly data: { readonly id: string } };

/** A delegation as it stands; the order of creation is the order in the state. */
export interface KnownDelegation extends Delegation {
  /** ISO 8601, or null while it was not revoked. */
  readonly revokedAt: string | null;
}

export interface DelegationState {
  /** Revision of the last event folded; -1 before the first. */
  readonly revision: number;
  /** By id, oldest first, ended and revoked ones included. */
  readonly delegations: ReadonlyMap<string, KnownDelegation>;
}

/** What people may do about delegations. */
export type DelegationCommand =
  | { readonly type: "delegate"; readonly delegation: Delegation }
  /** A calendar's absences, all or none; those that stand already are passed over. */
  | { readonly type: "import-delegations"; readonly delegations: readonly Delegation[] }
  | { readonly type: "revoke-delegation"; readonly id: string };
