import { accessOf } from "../directory/lookups.ts";
import type { Reference } from "../reference.ts";
import type { Principal } from "../request/commands.ts";
import { refuse, refuseField, type Refusal } from "../request/refusals.ts";
import { closesCycle, longestChain } from "./chains.ts";
import type {
  Delegation,
  DelegationCommand,
  DelegationEvent,
  DelegationState,
} from "./delegation.ts";
import { MAX_LINKS } from "./lookups.ts";

/** Events to append, often none, and a no: the same shape as every decision has. */
export interface DelegationDecision {
  readonly events: readonly DelegationEvent[];
  readonly refusal?: Refusal;
}

export interface DelegationContext {
  /** ISO 8601. */
  readonly now: string;
  /** Null for the system itself. */
  readonly principal: Principal | null;
}

/** Ten years, as for every other duration. */
const LONGEST_MS = 3_650 * 86_400_000;

const no = (refusal: Refusal): DelegationDecision => ({ events: [], refusal });

const fault = (path: string, message: string): Refusal =>
  refuse("unprocessable", `${path}: ${message}`, { faults: [{ path, message }] });

const isAdmin = (principal: Principal, { directory }: Reference): boolean =>
  principal.kind === "person" && accessOf(directory, principal.id) === "admin";

/** One's own slots may be handed over, and an admin may do it for anyone. */
const mayDelegate = (
  { principal }: DelegationContext,
  from: string,
  reference: Reference,
): boolean =>
  principal === null ||
  (principal.kind === "person" && (principal.id === from || isAdmin(principal, reference)));

const peopleFault = ({ from, to }: Delegation, { directory }: Reference): Refusal | null => {
  for (const [path, person] of [
    ["from", from],
    ["to", to],
  ] as const) {
    const access = accessOf(directory, person);
    if (access === null) return fault(path, `Nobody active in the directory is called ${person}.`);
    if (access === "viewer") return fault(path, `${person} is a viewer, and viewers never vote.`);
  }
  return null;
};

const windowFault = ({ startsAt, endsAt }: Delegation, now: string): Refusal | null => {
  const start = Date.parse(startsAt);
  const end = Date.parse(endsAt);
  if (end <= start) return fault("ends_at", "A delegation ends after it starts.");
  if (end <= Date.parse(now)) return fault("ends_at", "This delegation would be over already.");
  if (end - start > LONGEST_MS) return fault("ends_at", "A delegation lasts ten years at most.");
  return null;
};

/** A scope that names nothing there is would never apply, and nobody would notice. */
const scopeFault = (
  { policies, roles }: Delegation,
  { definition, directory }: Reference,
): Refusal | null => {
  const policy = policies?.findIndex((id) => !definition.activePolicies.has(id)) ?? -1;
  if (policy >= 0)
    return refuseField(
      "unknown-policy",
      `policies[${policy}]`,
      `There is no policy ${policies?.[policy]}.`,
    );
  const role = roles?.findIndex((id) => !directory.roles.has(id)) ?? -1;
  return role < 0 ? null : fault(`roles[${role}]`, `There is no role ${roles?.[role]}.`);
};

const chainFault = (state: DelegationState, link: Delegation): Refusal | null => {
  if (link.from === link.to) {
    return refuseField("delegation-cycle", "to", "Nobody delegates to themselves.");
  }
  if (closesCycle(state, link)) {
    return refuseField(
      "delegation-cycle",
      "to",
      `${link.to} hands on to ${link.from} in the same time, in a circle that all of them may redelegate.`,
      { from: link.from, to: link.to },
    );
  }
  if (longestChain(state, link) > MAX_LINKS) {
    return refuseField(
      "delegation-too-deep",
      "to",
      `At most ${MAX_LINKS} delegations may follow one another.`,
      { from: link.from, to: link.to, most: MAX_LINKS },
    );
  }
  return null;
};

/** The same window and people again: a calendar that is imported a second time changes nothing. */
const stands = (state: DelegationState, { from, to, startsAt, endsAt }: Delegation): boolean =>
  [...state.delegations.values()].some(
    (known) =>
      known.revokedAt === null &&
      known.from === from &&
      known.to === to &&
      known.startsAt === startsAt &&
      known.endsAt === endsAt,
  );

const create = (
  state: DelegationState,
  delegations: readonly Delegation[],
  context: DelegationContext,
  reference: Reference,
  isImport: boolean,
): DelegationDecision => {
  const events: DelegationEvent[] = [];
  let next = state;
  for (const link of delegations) {
    if (!mayDelegate(context, link.from, reference)) {
      return no(refuse("forbidden", "People delegate their own slots; an admin may for anyone."));
    }
    if (isImport && stands(next, link)) continue;
    const refusal =
      chainFault(next, link) ??
      peopleFault(link, reference) ??
      windowFault(link, context.now) ??
      scopeFault(link, reference);
    if (refusal !== null) return no(refusal);
    events.push({ type: "DelegationCreated", data: link });
    next = {
      ...next,
      delegations: new Map(next.delegations).set(link.id, { ...link, revokedAt: null }),
    };
  }
  return { events };
};

const revoke = (
  state: DelegationState,
  id: string,
  context: DelegationContext,
  reference: Reference,
): DelegationDecision => {
  const { principal } = context;
  const known = state.delegations.get(id);
  const concerned =
    principal === null ||
    isAdmin(principal, reference) ||
    (principal.kind === "person" && (known?.from === principal.id || known?.to === principal.id));
  if (known === undefined || !concerned) {
    return no(refuse("not-found", "There is no such delegation."));
  }
  if (!mayDelegate(context, known.from, reference)) {
    return no(refuse("forbidden", "Only whose slots they are, and admins, revoke a delegation."));
  }
  return known.revokedAt === null
    ? { events: [{ type: "DelegationRevoked", data: { id } }] }
    : { events: [] };
};

/** Answers a command on an org's delegations: all of them are made, or none. */
export const decideDelegation = (
  state: DelegationState,
  command: DelegationCommand,
  context: DelegationContext,
  reference: Reference,
): DelegationDecision => {
  switch (command.type) {
    case "delegate":
      return create(state, [command.delegation], context, reference, false);
    case "import-delegations":
      return create(state, command.delegations, context, reference, true);
    case "revoke-delegation":
      return revoke(state, command.id, context, reference);
  }
};
