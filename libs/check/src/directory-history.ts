import type { Agent, DirectoryEvent, Person } from "@countersign/domain/directory/directory.ts";
import type { LogEntry } from "./log-entry.ts";

/** Values of one thing over the revisions of its stream, ascending. */
type Changes<Value> = { readonly revision: number; readonly value: Value }[];

const at = <Value>(changes: Changes<Value> | undefined, revision: number): Value | undefined =>
  changes?.findLast((change) => change.revision <= revision)?.value;

const record = <Value>(
  of: Map<string, Changes<Value>>,
  key: string,
  revision: number,
  value: Value,
): void => {
  const changes = of.get(key);
  if (changes === undefined) {
    of.set(key, [{ revision, value }]);
  } else {
    changes.push({ revision, value });
  }
};

/** The people of an org as of one revision of its directory. */
export interface People {
  /** In the directory, active, and no viewer. */
  mayVote(person: string): boolean;
  isAdmin(person: string): boolean;
  inRole(person: string, role: string): boolean;
  /** Everybody in a role who may vote. */
  votersOf(role: string): readonly string[];
  /** The person with this id, else with this address. */
  named(idOrEmail: string): string | null;
  agent(id: string): Agent | null;
}

/** An org's directory over time, so that every decision can be judged by what it had read. */
export interface DirectoryHistory {
  at(revision: number): People;
  /** Position of the event with this revision; undefined when there is none. */
  positionOf(revision: number): bigint | undefined;
}

/** Folds the entries of one directory stream. */
export const directoryHistory = (entries: readonly LogEntry[]): DirectoryHistory => {
  const people = new Map<string, Changes<Person | null>>();
  const roles = new Map<string, Changes<readonly string[]>>();
  const agents = new Map<string, Changes<Agent>>();
  const positions: bigint[] = [];
  entries.forEach((entry, revision) => {
    positions.push(entry.position);
    const event = { type: entry.type, data: entry.data } as DirectoryEvent;
    switch (event.type) {
      case "PersonChanged":
        record(people, event.data.id, revision, event.data);
        break;
      case "PersonRemoved": {
        const { id } = event.data;
        record(people, id, revision, null);
        for (const [role, changes] of roles) {
          const members = changes.at(-1)?.value ?? [];
          if (members.includes(id)) {
            record(
              roles,
              role,
              revision,
              members.filter((member) => member !== id),
            );
          }
        }
        break;
      }
      case "RoleChanged":
        record(roles, event.data.role, revision, event.data.members);
        break;
      case "AgentChanged":
        record(agents, event.data.id, revision, event.data);
        break;
      default:
        break;
    }
  });
  const asOf = (revision: number): People => {
    const mayVote = (id: string): boolean => {
      const person = at(people.get(id), revision);
      return person?.active === true && person.access !== "viewer";
    };
    const members = (role: string): readonly string[] => at(roles.get(role), revision) ?? [];
    return {
      mayVote,
      isAdmin: (id) => mayVote(id) && at(people.get(id), revision)?.access === "admin",
      inRole: (person, role) => members(role).includes(person),
      votersOf: (role) => members(role).filter(mayVote),
      named: (text) => {
        if (at(people.get(text), revision)) {
          return text;
        }
        const wanted = text.toLowerCase();
        const ids = [...people.keys()];
        return (
          ids.find((id) => at(people.get(id), revision)?.email?.toLowerCase() === wanted) ?? null
        );
      },
      agent: (id) => at(agents.get(id), revision) ?? null,
    };
  };
  return { at: asOf, positionOf: (revision) => positions[revision] };
};
