import { withGate, noGates } from "@countersign/domain/gate/active-gates.ts";
import type { DirectoryState } from "@countersign/domain/directory/directory.ts";
import type { DelegationState } from "@countersign/domain/delegation/delegation.ts";
import type { Policy } from "@countersign/domain/policy/policy.ts";
import type { Reference } from "@countersign/domain/reference.ts";
import {
  has,
  names,
  nameOf,
  nobody,
  only,
  placeOf,
  placesIn,
  seatOf,
  type Crowd,
} from "./crowd.ts";
import { gatedAction, policyOf, roleName, type Book } from "./shapes.ts";

/** A delegation; people and agents by name. */
export interface Link {
  readonly from: string;
  readonly to: string;
  /** Milliseconds, half open. */
  readonly start: number;
  readonly end: number;
  /** Null: all. */
  readonly policies: readonly string[] | null;
  /** As bits; null: all. */
  readonly roles: number | null;
  readonly exclusive: boolean;
  readonly redelegate: boolean;
  readonly revoked: boolean;
}

/** The people of the day, as the model keeps them. */
export interface Town {
  readonly known: Crowd;
  readonly active: Crowd;
  readonly viewers: Crowd;
  readonly admins: Crowd;
  /** Who is listed in each role, active or not. */
  readonly roles: readonly Crowd[];
  /** Whether the organisation lets agents decide where its policies name them. */
  readonly agentsDecide: boolean;
  /** When people were last given a slot in turn, by role and place; 0 is never. */
  readonly turns: readonly (readonly number[])[];
  /** Who has handed all their slots over just now. */
  readonly away: Crowd;
  /** Oldest first. */
  readonly links: readonly Link[];
}

/** Agents and who answers for them; nobody ever changes these. */
export const owners: Readonly<Record<string, string>> = { bot: "ana", robot: "bo", aide: "ana" };

/** The org's own settings, and every version of its policies that was imported. */
export interface Shelf {
  readonly books: readonly Book[];
  readonly orgExpires: number | "never" | null;
  readonly orgSelfApproval: "forbid" | "allow";
  readonly orgPolicy: string | null;
}

/** Everybody who may vote today, separation of duties aside. */
export const votersOf = ({ known, active, viewers }: Town): Crowd => known & active & ~viewers;

const directories = new WeakMap<Town, DirectoryState>();
let revision = 0;

const directoryOf = (town: Town): DirectoryState => {
  const found = directories.get(town);
  if (found !== undefined) return found;
  revision += 1;
  const made: DirectoryState = {
    revision,
    people: new Map(
      placesIn(town.known).map((place) => [
        nameOf(place),
        {
          id: nameOf(place),
          name: nameOf(place),
          email: null,
          access: has(town.admins, place)
            ? "admin"
            : has(town.viewers, place)
              ? "viewer"
              : "approver",
          zone: null,
          active: has(town.active, place),
        },
      ]),
    ),
    roles: new Map(town.roles.map((crowd, role) => [roleName(role), placesIn(crowd).map(nameOf)])),
    agents: new Map(
      Object.entries(owners).map(([id, owner]) => [id, { id, name: id, owner, version: null }]),
    ),
    apiKeys: new Map(),
  };
  directories.set(town, made);
  return made;
};

const policies = new WeakMap<Book, Policy>();

const policyMade = (book: Book): Policy => {
  let policy = policies.get(book);
  if (policy === undefined) policies.set(book, (policy = policyOf(book)));
  return policy;
};

const iso = (at: number): string => new Date(at).toISOString();

const roleNames = (roles: number): string[] => placesIn(roles).map(roleName);

const delegationsOf = ({ links }: Town): DelegationState => ({
  revision: links.length - 1,
  delegations: new Map(
    links.map((link, at) => [
      `dlg_${at}`,
      {
        id: `dlg_${at}`,
        from: link.from,
        to: link.to,
        startsAt: iso(link.start),
        endsAt: iso(link.end),
        policies: link.policies,
        roles: link.roles === null ? null : roleNames(link.roles),
        exclusive: link.exclusive,
        redelegate: link.redelegate,
        reason: null,
        revokedAt: link.revoked ? iso(link.start) : null,
      },
    ]),
  ),
});

/** One gate, which wants the levels of the policy that nearly every ask names anyway. */
const gates = withGate(noGates, {
  id: "guarded",
  subject: { type: "require_approval" },
  actions: [gatedAction],
  when: null,
  policy: "release",
  approvers: [],
  routing: null,
  message: null,
  liftable: false,
  version: 1,
  place: 1,
});

const makeReference = (town: Town, shelf: Shelf): Reference => {
  const imported = shelf.books.map(policyMade);
  return {
    directory: directoryOf(town),
    definition: {
      revision: imported.length,
      entries: new Map(),
      policies: new Map(imported.map((policy) => [`${policy.id}@${policy.version}`, policy])),
      activePolicies: new Map(imported.map((policy) => [policy.id, policy])),
      standingGrants: new Map(),
      workflows: new Map(),
      calendars: new Map(),
      gates,
      defaults: {
        policy: shelf.orgPolicy,
        expiresIn: typeof shelf.orgExpires === "number" ? `${shelf.orgExpires}m` : shelf.orgExpires,
        routing: null,
        autoApprove: "forbid",
        agentDeciders: town.agentsDecide ? "allow" : "forbid",
        selfApproval: shelf.orgSelfApproval,
        calendar: null,
      },
    },
    delegation: delegationsOf(town),
    evaluateExpression: () => ({ value: null, why: "no expressions here" }),
  };
};

const made = new WeakMap<Town, { readonly shelf: Shelf; readonly reference: Reference }>();

/** What the decider reads for the same people and policies. */
export const referenceOf = (town: Town, shelf: Shelf): Reference => {
  const known = made.get(town);
  if (known?.shelf === shelf) return known.reference;
  const reference = makeReference(town, shelf);
  made.set(town, { shelf, reference });
  return reference;
};

const turnsMade = new WeakMap<Town["turns"], ReadonlyMap<string, string>>();

/** The same turns for the decider: sortable texts by role and person. */
export const lastAssigned = ({ turns }: Town): ReadonlyMap<string, string> => {
  const known = turnsMade.get(turns);
  if (known !== undefined) return known;
  const made = new Map<string, string>();
  for (const [role, times] of turns.entries()) {
    for (const [place, at] of times.entries()) {
      if (at > 0) made.set(`${roleName(role)} ${nameOf(place)}`, String(at).padStart(4, "0"));
    }
  }
  turnsMade.set(turns, made);
  return made;
};

/** The owner's place of an agent, the person's own place for a person. */
export const answersFor = (asker: string): number => placeOf(owners[asker] ?? asker);

/** The agents that answer for the same person as the asker does: the asking one, and others of the same owner. */
export const agentsOf = (asker: string): Crowd =>
  Object.entries(owners).reduce(
    (crowd, [agent, owner]) =>
      owner === (owners[asker] ?? asker) ? crowd | only(seatOf(agent)) : crowd,
    nobody,
  );

export const isPerson = (name: string): boolean => (names as readonly string[]).includes(name);
