import type { Json, JsonObject } from "../json.ts";
import type { Condition } from "../policy/condition.ts";
import { isStanding } from "./lifting.ts";
import type { KnownStandingGrant, StandingGrants } from "./standing-grant.ts";

/** A condition in the words it may be written with. */
const conditionView = (condition: Condition): Json => {
  switch (condition.kind) {
    case "expression":
      return condition.text;
    case "field": {
      const { field, operator, value } = condition;
      return { field, operator, value };
    }
    case "all":
      return { all: condition.of.map(conditionView) };
    case "any":
      return { any: condition.of.map(conditionView) };
  }
};

/** A standing grant as the wire shows it at `now` (ISO 8601). */
export const standingGrantView = (grant: KnownStandingGrant, now: string): JsonObject => {
  const { id, actions, agent, when, endsAt, reason, createdAt, createdBy, revokedAt } = grant;
  const over = revokedAt === null ? "ended" : "revoked";
  return {
    id,
    actions,
    agent,
    when: when === null ? null : conditionView(when),
    ends_at: endsAt,
    reason,
    status: isStanding(grant, now) ? "active" : over,
    created_at: createdAt,
    created_by: createdBy.id,
    revoked_at: revokedAt,
  };
};

/** All of them, newest first. */
export const standingGrantViews = (grants: StandingGrants, now: string): readonly JsonObject[] =>
  [...grants.values()].toReversed().map((grant) => standingGrantView(grant, now));
