import { refuse, type Refusal } from "../request/refusals.ts";
import { issueApiKey, revokeApiKey } from "./api-keys.ts";
import type { DirectoryCommand } from "./commands.ts";
import type { Agent, DirectoryEvent, DirectoryState, Person } from "./directory.ts";
import { activeAdminCount } from "./lookups.ts";
import { agentRefusal, personRefusal, roleRefusal } from "./validate.ts";

/** No event and no refusal: it stands so already. */
export interface DirectoryDecision {
  readonly events: readonly DirectoryEvent[];
  readonly refusal?: Refusal;
}

const unchanged: DirectoryDecision = { events: [] };
const no = (refusal: Refusal): DirectoryDecision => ({ events: [], refusal });
const yes = (event: DirectoryEvent): DirectoryDecision => ({ events: [event] });

const isAdmin = (person: Person | undefined): boolean =>
  person?.active === true && person.access === "admin";

/** Without an admin nobody could ever change the directory again. */
const wouldLoseLastAdmin = (
  state: DirectoryState,
  id: string,
  after: Person | undefined,
): boolean => isAdmin(state.people.get(id)) && !isAdmin(after) && activeAdminCount(state) === 1;

const lastAdmin = (id: string, path: string): Refusal => {
  const message = `${id} is the last active admin: make somebody else an admin first.`;
  return refuse("unprocessable", message, { faults: [{ path, message }] });
};

const samePerson = (a: Person, b: Person): boolean =>
  a.name === b.name &&
  a.email === b.email &&
  a.access === b.access &&
  a.zone === b.zone &&
  a.active === b.active;

const sameAgent = (a: Agent, b: Agent): boolean =>
  a.name === b.name && a.owner === b.owner && a.version === b.version;

const putPerson = (state: DirectoryState, person: Person): DirectoryDecision => {
  const refusal = personRefusal(state, person);
  if (refusal !== null) {
    return no(refusal);
  }
  if (wouldLoseLastAdmin(state, person.id, person)) {
    return no(lastAdmin(person.id, person.active ? "access" : "active"));
  }
  const before = state.people.get(person.id);
  if (before !== undefined && samePerson(before, person)) {
    return unchanged;
  }
  const { id, name, email, access, zone, active } = person;
  return yes({ type: "PersonChanged", data: { id, name, email, access, zone, active } });
};

const removePerson = (state: DirectoryState, id: string): DirectoryDecision => {
  if (!state.people.has(id)) {
    return no(refuse("not-found", "There is no such person."));
  }
  if (wouldLoseLastAdmin(state, id, undefined)) {
    return no(lastAdmin(id, "id"));
  }
  return yes({ type: "PersonRemoved", data: { id } });
};

const putRole = (
  state: DirectoryState,
  role: string,
  members: readonly string[],
): DirectoryDecision => {
  const refusal = roleRefusal(state, role, members);
  if (refusal !== null) {
    return no(refusal);
  }
  const before = state.roles.get(role);
  const same =
    before?.length === members.length && members.every((member, index) => before[index] === member);
  return same ? unchanged : yes({ type: "RoleChanged", data: { role, members: [...members] } });
};

const putAgent = (state: DirectoryState, agent: Agent): DirectoryDecision => {
  const refusal = agentRefusal(state, agent);
  if (refusal !== null) {
    return no(refusal);
  }
  const before = state.agents.get(agent.id);
  if (before !== undefined && sameAgent(before, agent)) {
    return unchanged;
  }
  const { id, name, owner, version } = agent;
  return yes({ type: "AgentChanged", data: { id, name, owner, version } });
};

/** Answers a command on the directory. Whether the caller is an admin was settled before. */
export const decideDirectory = (
  state: DirectoryState,
  command: DirectoryCommand,
): DirectoryDecision => {
  switch (command.type) {
    case "put-person":
      return putPerson(state, command.person);
    case "remove-person":
      return removePerson(state, command.id);
    case "put-role":
      return putRole(state, command.role, command.members);
    case "put-agent":
      return putAgent(state, command.agent);
    case "issue-api-key":
      return issueApiKey(state, command);
    case "revoke-api-key":
      return revokeApiKey(state, command.id);
  }
};
