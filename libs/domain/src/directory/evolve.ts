import { evolveApiKeys } from "./api-keys.ts";
import type { DirectoryEvent, DirectoryState } from "./directory.ts";

/** The directory of an org before its first event. */
export const emptyDirectory: DirectoryState = {
  revision: -1,
  people: new Map(),
  roles: new Map(),
  agents: new Map(),
  apiKeys: new Map(),
};

/** A removed person leaves every role with the same fact, so that no role names somebody who is gone. */
const withoutMember = (
  roles: ReadonlyMap<string, readonly string[]>,
  person: string,
): ReadonlyMap<string, readonly string[]> => {
  let changed: Map<string, readonly string[]> | undefined;
  for (const [role, members] of roles) {
    if (members.includes(person)) {
      changed ??= new Map(roles);
      changed.set(
        role,
        members.filter((member) => member !== person),
      );
    }
  }
  return changed ?? roles;
};

/** The directory after one more event. The state given is not changed. Throws on the removal of an unknown person. */
export const evolveDirectory = (
  state: DirectoryState,
  { event }: { readonly event: DirectoryEvent },
): DirectoryState => {
  const revision = state.revision + 1;
  switch (event.type) {
    case "PersonChanged":
      return { ...state, revision, people: new Map(state.people).set(event.data.id, event.data) };
    case "PersonRemoved": {
      const people = new Map(state.people);
      if (!people.delete(event.data.id)) {
        throw new Error(`Nobody called ${event.data.id} was there to be removed.`);
      }
      return { ...state, revision, people, roles: withoutMember(state.roles, event.data.id) };
    }
    case "RoleChanged":
      return {
        ...state,
        revision,
        roles: new Map(state.roles).set(event.data.role, event.data.members),
      };
    case "AgentChanged":
      return { ...state, revision, agents: new Map(state.agents).set(event.data.id, event.data) };
    case "ApiKeyIssued":
    case "ApiKeyRevoked":
      return { ...state, revision, apiKeys: evolveApiKeys(state.apiKeys, event) };
  }
};
