import { decideDirectory } from "@countersign/domain/directory/decide.ts";
import type { DirectoryCommand } from "@countersign/domain/directory/commands.ts";
import type { Agent, DirectoryState, Person } from "@countersign/domain/directory/directory.ts";
import { emptyDirectory, evolveDirectory } from "@countersign/domain/directory/evolve.ts";

/** A person as put, an active approver unless told otherwise. */
export const person = (id: string, over: Partial<Person> = {}): Person => ({
  id,
  name: id,
  email: null,
  access: "approver",
  zone: null,
  active: true,
  ...over,
});

export const putPerson = (id: string, over: Partial<Person> = {}): DirectoryCommand => ({
  type: "put-person",
  person: person(id, over),
});

export const removePerson = (id: string): DirectoryCommand => ({ type: "remove-person", id });

export const putRole = (role: string, ...members: string[]): DirectoryCommand => ({
  type: "put-role",
  role,
  members,
});

export const putAgent = (
  id: string,
  owner: string,
  over: Partial<Agent> = {},
): DirectoryCommand => ({
  type: "put-agent",
  agent: { id, name: id, owner, version: null, ...over },
});

/** The directory after these commands; throws when one is refused. */
export const directoryAfter = (...commands: DirectoryCommand[]): DirectoryState => {
  let state = emptyDirectory;
  for (const command of commands) {
    const { events, refusal } = decideDirectory(state, command);
    if (refusal !== undefined) {
      throw new Error(`${command.type} was refused: ${refusal.message}`);
    }
    for (const event of events) {
      state = evolveDirectory(state, { event });
    }
  }
  return state;
};

/** Paths of the faults of a refusal, in order. */
export const faultPaths = (state: DirectoryState, command: DirectoryCommand): unknown => {
  const { events, refusal } = decideDirectory(state, command);
  if (events.length > 0 || refusal?.code !== "unprocessable") {
    return refusal?.code ?? events;
  }
  const faults = refusal.details?.["faults"];
  return Array.isArray(faults)
    ? faults.map((fault: { path: string; message: string }) => fault.path)
    : undefined;
};
