import type { JsonObject } from "../json.ts";
import type { DirectoryState } from "./directory.ts";
import { rolesOf } from "./lookups.ts";

/** A person as the wire shows one, or null when nobody has that id. */
export const personView = (state: DirectoryState, id: string): JsonObject | null => {
  const person = state.people.get(id);
  if (person === undefined) return null;
  const { name, email, access, zone, active } = person;
  return { id, name, email, access, zone, active, roles: [...rolesOf(state, id)] };
};

/** A role with all its members, inactive ones included; null when it was never set. */
export const roleView = (state: DirectoryState, role: string): JsonObject | null => {
  const members = state.roles.get(role);
  return members === undefined ? null : { role, members: [...members] };
};

/** An agent as the wire shows one, or null. */
export const agentView = (state: DirectoryState, id: string): JsonObject | null => {
  const agent = state.agents.get(id);
  if (agent === undefined) return null;
  const { name, owner, version } = agent;
  return { id, name, owner, version };
};
