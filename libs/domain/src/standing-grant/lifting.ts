import type { JsonObject } from "../json.ts";
import { evaluateCondition } from "../policy/evaluate-condition.ts";
import { matchesGlob } from "../policy/glob.ts";
import type { EvaluateExpression } from "../reference.ts";
import type { KnownStandingGrant, StandingGrants } from "./standing-grant.ts";

/** Whether a standing grant counts at `now` (ISO 8601): not revoked, and before its end. */
export const isStanding = (
  { endsAt, revokedAt }: Pick<KnownStandingGrant, "endsAt" | "revokedAt">,
  now: string,
): boolean => revokedAt === null && Date.parse(now) < Date.parse(endsAt);

/** An action that a gate fired for. */
export interface GatedAction {
  /** `action.type`. */
  readonly type: string;
  readonly requester: { readonly kind: string; readonly id: string };
  /** What conditions see. */
  readonly facts: JsonObject;
}

/**
 * The oldest standing grant that lifts the liftable gates of an action at `now`, or null. A condition that is false or
 * cannot be judged lifts nothing; one for an agent lifts nothing for anybody else.
 */
export const liftedBy = (
  grants: StandingGrants,
  action: GatedAction,
  now: string,
  evaluateExpression: EvaluateExpression,
): KnownStandingGrant | null => {
  const { type, requester, facts } = action;
  for (const grant of grants.values()) {
    if (
      isStanding(grant, now) &&
      grant.actions.some((glob) => matchesGlob(glob, type)) &&
      (grant.agent === null || (requester.kind === "agent" && requester.id === grant.agent)) &&
      (grant.when === null || evaluateCondition(grant.when, facts, evaluateExpression).value)
    ) {
      return grant;
    }
  }
  return null;
};
