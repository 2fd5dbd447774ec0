import type { Reference } from "@countersign/domain/reference.ts";
import { chainOf } from "@countersign/domain/request/chain.ts";
import { resolveIdentifier } from "@countersign/domain/request/people.ts";
import type { KnownRequest } from "@countersign/domain/request/state.ts";

export const roleTarget = (role: string): string => `role:${role}`;
/** People are named by id or address, letters' case aside. */
export const personTarget = (idOrEmail: string): string => `user:${idOrEmail.toLowerCase()}`;

/**
 * The roles and people that a request's chain names, as the author or asker wrote them. It depends on the request and
 * its pinned policies alone, not on today's people, so that the same names are found again at its end.
 */
export const targetsOf = (state: KnownRequest, reference: Reference): string[] => {
  const names = new Set<string>();
  for (const level of chainOf(state, reference.definition).levels) {
    for (const { assignments } of level.groups) {
      for (const { type, identifier } of assignments) {
        if (type === "workflow") continue;
        const name = resolveIdentifier(identifier, state);
        if (name !== null) names.add(type === "user" ? personTarget(name) : roleTarget(name));
      }
    }
  }
  return [...names];
};
