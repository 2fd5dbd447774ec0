import type { Access, DirectoryState, Person } from "./directory.ts";

interface Lookups {
  readonly approvers: ReadonlyMap<string, readonly string[]>;
  readonly rolesOf: ReadonlyMap<string, readonly string[]>;
  readonly byEmail: ReadonlyMap<string, Person>;
  readonly activeAdmins: number;
}

const nobody: readonly string[] = [];

const build = (directory: DirectoryState): Lookups => {
  const approvers = new Map<string, readonly string[]>();
  const rolesOf = new Map<string, string[]>();
  for (const [role, members] of directory.roles) {
    approvers.set(
      role,
      members.filter((id) => mayApprove(directory, id)),
    );
    for (const id of members) {
      const held = rolesOf.get(id);
      if (held === undefined) {
        rolesOf.set(id, [role]);
      } else {
        held.push(role);
      }
    }
  }
  const byEmail = new Map<string, Person>();
  let activeAdmins = 0;
  for (const person of directory.people.values()) {
    if (person.email !== null) {
      byEmail.set(person.email.toLowerCase(), person);
    }
    if (person.active && person.access === "admin") {
      activeAdmins += 1;
    }
  }
  return { approvers, rolesOf, byEmail, activeAdmins };
};

/**
 * Made once for each state, when it is first asked: a directory changes rarely and is read by every decision, and
 * folding a long stream of changes needs none of it.
 */
const known = new WeakMap<DirectoryState, Lookups>();

const lookups = (directory: DirectoryState): Lookups => {
  const found = known.get(directory);
  if (found !== undefined) {
    return found;
  }
  const made = build(directory);
  known.set(directory, made);
  return made;
};

/** What an active person may do; null for the unknown and the inactive. */
export const accessOf = (directory: DirectoryState, id: string): Access | null => {
  const person = directory.people.get(id);
  return person?.active === true ? person.access : null;
};

/** True for an active person who may hold a slot: everybody but viewers. */
export const mayApprove = (directory: DirectoryState, id: string): boolean => {
  const access = accessOf(directory, id);
  return access !== null && access !== "viewer";
};

/** Active members of a role who may hold a slot, in the role's order. Empty for an unknown role. */
export const approversOf = (directory: DirectoryState, role: string): readonly string[] =>
  lookups(directory).approvers.get(role) ?? nobody;

/** Roles that list the person, whether active or not, in the order the roles were made. */
export const rolesOf = (directory: DirectoryState, person: string): readonly string[] =>
  lookups(directory).rolesOf.get(person) ?? nobody;

/** The person with this address, letters' case aside. Addresses are unique in a directory. */
export const findPersonByEmail = (directory: DirectoryState, email: string): Person | undefined =>
  lookups(directory).byEmail.get(email.toLowerCase());

/** Active people with access `admin`. */
export const activeAdminCount = (directory: DirectoryState): number =>
  lookups(directory).activeAdmins;
