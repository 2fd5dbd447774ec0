import type { Scope } from "@countersign/domain/directory/api-key.ts";
import type { Access } from "@countersign/domain/directory/directory.ts";
import type { Reference } from "@countersign/domain/reference.ts";
import type { Principal } from "@countersign/domain/request/commands.ts";
import { refuse, type Refusal } from "@countersign/domain/request/refusals.ts";

/** What a principal wants to do, as far as standing alone decides it. Rights on one request are the domain's. */
export type Operation = "ask" | "decide" | "transition" | "signal" | "administer";

/** A principal as the directory knows it today. */
export type Standing =
  | { readonly kind: "person"; readonly access: Access }
  | { readonly kind: "agent"; readonly owner: string };

/** Null when the directory does not know the principal, or knows it as inactive. */
export const standingOf = (principal: Principal, reference: Reference): Standing | null => {
  if (principal.kind === "agent") {
    const agent = reference.directory.agents.get(principal.id);
    return agent === undefined ? null : { kind: "agent", owner: agent.owner };
  }
  const person = reference.directory.people.get(principal.id);
  return person === undefined || !person.active ? null : { kind: "person", access: person.access };
};

/** The refusal of a principal whom the directory does not know, or knows as inactive; it comes before any other. */
export const strangerRefusal = (
  principal: Principal | null,
  reference: Reference,
): Refusal | null =>
  principal === null || standingOf(principal, reference) !== null
    ? null
    : refuse("unauthenticated", `${principal.id} is not an active member of this organisation.`);

/** True for a credential that was given this right beyond its principal's own. */
export const hasScope = (principal: Principal | null, scope: Scope): boolean =>
  principal?.scopes?.includes(scope) === true;

/**
 * The one place where standing in the org is turned into permission. Null: allowed. The gateway has proved who it is;
 * this says what that one may do here, by the directory as it stands now. `scope` lets an agent's credential that has
 * it administer as well.
 */
export const authorise = (
  principal: Principal | null,
  operation: Operation,
  reference: Reference,
  scope?: Scope,
): Refusal | null => {
  const standing = principal === null ? null : standingOf(principal, reference);
  if (standing === null) return strangerRefusal(principal, reference);
  if (operation === "administer")
    return (standing.kind === "person" && standing.access === "admin") ||
      (scope !== undefined && standing.kind === "agent" && hasScope(principal, scope))
      ? null
      : refuse("forbidden", "Only an admin of the organisation may do this.");
  if (standing.kind === "person" && standing.access === "viewer")
    return refuse("forbidden", "Viewers may read, and nothing else.");
  return null;
};
