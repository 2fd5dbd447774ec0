import type { Actor } from "../actor.ts";
import type { Condition } from "../policy/condition.ts";

/** What an admin allows beforehand, for a time. Stands in the stream `definition-<org>.main`; never consumed. */
export interface StandingGrant {
  /** `sgr_` and a ULID. */
  readonly id: string;
  /** Globs on `action.type`. */
  readonly actions: readonly string[];
  /** The only agent it is for; null: whoever asks. */
  readonly agent: string | null;
  /** What has to hold of the action as well; a condition that cannot be judged lifts nothing. */
  readonly when: Condition | null;
  /** ISO time; from then on it lifts nothing. */
  readonly endsAt: string;
  readonly reason: string;
}

export type StandingGrantEvent =
  | { readonly type: "StandingGrantCreated"; readonly data: StandingGrant }
  | { readonly type: "StandingGrantRevoked"; readonly data: { readonly id: string } };

/** A standing grant with what became of it. */
export interface KnownStandingGrant extends StandingGrant {
  readonly createdAt: string;
  readonly createdBy: Actor;
  readonly revokedAt: string | null;
}

/** Every standing grant ever made, by id, oldest first. */
export type StandingGrants = ReadonlyMap<string, KnownStandingGrant>;
