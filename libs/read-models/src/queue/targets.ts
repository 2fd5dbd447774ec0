import type { LadderStep } from "@countersign/domain/policy/policy.ts";
import type { Reference } from "@countersign/domain/reference.ts";
import { chainOf } from "@countersign/domain/request/levels/chain.ts";
import { resolveIdentifier } from "@countersign/domain/request/people/people.ts";
import type { KnownRequest } from "@countersign/domain/request/state.ts";

export const roleTarget = (role: string): string => `role:${role}`;
/** People are named by id or address, letters' case aside. */
export const personTarget = (idOrEmail: string): string => `user:${idOrEmail.toLowerCase()}`;

/** True while nobody and no timer changed anything: then the chain alone says whom a request concerns. */
export const isAsPinned = ({ changes, timers }: KnownRequest): boolean =>
  changes === undefined && timers === undefined;

/** The ladders of a request: those of its levels, and beside its chain. */
const laddersOf = (state: KnownRequest, { definition }: Reference): readonly LadderStep[] => {
  const { levels, policies } = chainOf(state, definition);
  return [
    ...levels.flatMap(({ escalation }) => escalation),
    ...policies.flatMap(({ escalation }) => escalation),
    ...(state.timers?.plans ?? []).flatMap(({ ladder }) => ladder ?? []),
  ];
};

/**
 * The roles and people that a request's chain and ladders name, as the author or asker wrote them. It depends on the request and
 * its pinned policies alone, not on today's people, so that the same names are found again at its end; once the request
 * was changed, they are what it names now.
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
  for (const { to } of laddersOf(state, reference)) {
    for (const { type, identifier } of to) {
      names.add(type === "user" ? personTarget(identifier) : roleTarget(identifier));
    }
  }
  // Whom a reassignment, an amendment or an escalation put in, the open level has recorded.
  for (const { groups } of isAsPinned(state) ? [] : state.levels.slice(-1)) {
    for (const { pools, slots, alternates = [] } of groups) {
      for (const role of pools) names.add(roleTarget(role));
      for (const { via } of [...slots, ...alternates]) {
        if (via.type === "user") names.add(personTarget(via.identifier));
        if (via.type === "role") names.add(roleTarget(via.identifier));
      }
    }
  }
  return [...names];
};

/** Agents that the request's chain names as deciders, each once. */
export const decidersOf = (state: KnownRequest, { definition }: Reference): readonly string[] => {
  const { levels } = chainOf(state, definition);
  return levels.some(({ deciders }) => deciders.length > 0)
    ? [...new Set(levels.flatMap(({ deciders }) => deciders))]
    : [];
};
