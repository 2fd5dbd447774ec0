import type { DirectoryState } from "../directory/directory.ts";
import { refuse, refuseField, type Refusal } from "../request/refusals.ts";
import type { StandingGrant, StandingGrantEvent, StandingGrants } from "./standing-grant.ts";

/** A pre-approval without an end in sight is a rule, and belongs into a file that is reviewed. */
const LONGEST_MS = 3650 * 24 * 3_600_000;

export type StandingGrantCommand =
  | { readonly type: "create-standing-grant"; readonly grant: StandingGrant }
  | { readonly type: "revoke-standing-grant"; readonly id: string };

export interface StandingGrantDecision {
  readonly events: readonly StandingGrantEvent[];
  readonly refusal?: Refusal;
}

const faultOf = (
  { agent, endsAt }: StandingGrant,
  now: string,
  directory: DirectoryState,
): Refusal | null => {
  if (agent !== null && !directory.agents.has(agent)) {
    const message = `There is no agent ${agent} in the directory.`;
    return refuseField("unprocessable", "agent", message);
  }
  const left = Date.parse(endsAt) - Date.parse(now);
  if (left <= 0) {
    return refuseField("unprocessable", "ends_at", "A standing grant ends in the future.");
  }
  return left > LONGEST_MS
    ? refuseField("unprocessable", "ends_at", "A standing grant ends within 3650 days.")
    : null;
};

/** Answers a command on standing grants. Whether the caller is an admin was settled before. */
export const decideStandingGrant = (
  grants: StandingGrants,
  command: StandingGrantCommand,
  now: string,
  directory: DirectoryState,
): StandingGrantDecision => {
  switch (command.type) {
    case "create-standing-grant": {
      const refusal = faultOf(command.grant, now, directory);
      return refusal === null
        ? { events: [{ type: "StandingGrantCreated", data: command.grant }] }
        : { events: [], refusal };
    }
    case "revoke-standing-grant": {
      const known = grants.get(command.id);
      if (known === undefined) {
        return { events: [], refusal: refuse("not-found", "There is no such standing grant.") };
      }
      return known.revokedAt === null
        ? { events: [{ type: "StandingGrantRevoked", data: { id: command.id } }] }
        : { events: [] };
    }
  }
};
