import type { Commander } from "@countersign/commander/commander.ts";
import { setUp } from "@countersign/commander/bootstrap-admin.ts";
import type { DirectoryCommand } from "@countersign/domain/directory/commands.ts";
import type { Access } from "@countersign/domain/directory/directory.ts";

/** The org for trying things out; the README's examples use it. */
export const DEMO_ORG = "demo";

interface DemoPerson {
  readonly id: string;
  readonly name: string;
  readonly access: Access;
  readonly roles: readonly string[];
}

const person = (id: string, name: string, access: Access, ...roles: string[]): DemoPerson => ({
  id,
  name,
  access,
  roles,
});

const people: readonly DemoPerson[] = [
  person("ana", "Ana Abreu", "admin", "admin"),
  person("bo", "Bo Lindqvist", "approver", "qa_lead", "team_lead", "content_team"),
  person("cy", "Cy Okafor", "approver", "qa_lead", "team_lead"),
  person("dee", "Dee Novak", "approver", "engineering_lead", "tech_lead", "sre_lead"),
  person("eli", "Eli Haddad", "approver", "sre", "sre_oncall", "security_team"),
  person("fay", "Fay Moreau", "approver", "sre", "security_lead", "security_team"),
  person(
    "gus",
    "Gus Tanaka",
    "approver",
    "engineering_manager",
    "manager",
    "product_manager",
    "operations_manager",
  ),
  person("hal", "Hal Jensen", "approver", "director"),
  person("vic", "Vic Romano", "viewer"),
  person("ivy", "Ivy Castillo", "admin", "admin"),
];

const agents = [
  { id: "deployment-bot", name: "Deployment Bot" },
  { id: "ci", name: "CI" },
];

const OWNER = "ana";

/** Everybody with a token of their own. */
export const demoSubjects: readonly { readonly id: string; readonly kind: "person" | "agent" }[] = [
  ...people.map(({ id }) => ({ id, kind: "person" as const })),
  ...agents.map(({ id }) => ({ id, kind: "agent" as const })),
];

const membersByRole = (): Map<string, string[]> => {
  const members = new Map<string, string[]>();
  for (const { id, roles } of people)
    for (const role of roles) members.set(role, [...(members.get(role) ?? []), id]);
  return members;
};

const commands: readonly (readonly [id: string, command: DirectoryCommand])[] = [
  ...people.map(({ id, name, access }): [string, DirectoryCommand] => [
    `person ${id}`,
    {
      type: "put-person",
      person: { id, name, email: `${id}@example.com`, access, zone: null, active: true },
    },
  ]),
  ...[...membersByRole()].map(([role, members]): [string, DirectoryCommand] => [
    `role ${role}`,
    { type: "put-role", role, members },
  ]),
  ...agents.map(({ id, name }): [string, DirectoryCommand] => [
    `agent ${id}`,
    { type: "put-agent", agent: { id, name, owner: OWNER, version: null } },
  ]),
];

/**
 * Creates the org on an empty store. Each step has an id of its own, so a start that was interrupted is finished by
 * the next one, and what an admin changed since is left alone.
 */
export const ensureDemoOrg = async (commander: Commander): Promise<void> => {
  const { references } = commander;
  const orgs = [...references.orgs()];
  if (orgs.length > 0 && !orgs.includes(DEMO_ORG)) return;
  if (references.of(DEMO_ORG).directory.revision + 1 >= commands.length) return;
  for (const [step, command] of commands) await setUp(commander, DEMO_ORG, command, step);
};
