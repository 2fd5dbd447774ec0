import type {
  Access,
  Agent,
  DirectoryState,
  Person,
} from "@countersign/domain/directory/directory.ts";

/** The people, roles and agents of the org `demo`, as every newcomer finds them. */

const person = (id: string, access: Access): Person => ({
  id,
  name: id.charAt(0).toUpperCase() + id.slice(1),
  email: `${id}@demo.example`,
  access,
  zone: null,
  active: true,
});

const agent = (id: string): Agent => ({ id, name: id, owner: "ana", version: null });

const roles: Readonly<Record<string, readonly string[]>> = {
  admin: ["ana", "ivy"],
  qa_lead: ["bo", "cy"],
  team_lead: ["bo", "cy"],
  content_team: ["bo"],
  engineering_lead: ["dee"],
  tech_lead: ["dee"],
  sre_lead: ["dee"],
  sre: ["eli", "fay"],
  sre_oncall: ["eli"],
  security_team: ["eli", "fay"],
  security_lead: ["fay"],
  engineering_manager: ["gus"],
  manager: ["gus"],
  product_manager: ["gus"],
  operations_manager: ["gus"],
  director: ["hal"],
};

export const demoDirectory: DirectoryState = {
  revision: 40,
  people: new Map(
    [
      person("ana", "admin"),
      person("ivy", "admin"),
      person("vic", "viewer"),
      ...["bo", "cy", "dee", "eli", "fay", "gus", "hal"].map((id) => person(id, "approver")),
    ].map((entry) => [entry.id, entry]),
  ),
  roles: new Map(Object.entries(roles)),
  agents: new Map(["deployment-bot", "ci"].map((id) => [id, agent(id)])),
  apiKeys: new Map(),
};

type Change = (directory: DirectoryState) => DirectoryState;

/** A role with exactly these members; a new role when the directory has none of that name. */
export const role =
  (name: string, ...members: readonly string[]): Change =>
  (directory) => ({
    ...directory,
    revision: directory.revision + 1,
    roles: new Map(directory.roles).set(name, members),
  });

/** The person leaves: out of the directory and out of every role. */
export const leaves =
  (id: string): Change =>
  (directory) => ({
    ...directory,
    revision: directory.revision + 1,
    people: new Map([...directory.people].filter(([known]) => known !== id)),
    roles: new Map(
      [...directory.roles].map(([name, members]) => [
        name,
        members.filter((member) => member !== id),
      ]),
    ),
  });

/** The person as changed in some fields; a new approver when the directory does not know the id. */
export const changed =
  (id: string, fields: Partial<Person>): Change =>
  (directory) => ({
    ...directory,
    revision: directory.revision + 1,
    people: new Map(directory.people).set(id, {
      ...(directory.people.get(id) ?? person(id, "approver")),
      ...fields,
    }),
  });
