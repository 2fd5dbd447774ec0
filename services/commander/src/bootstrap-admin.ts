import { derivedCommandId } from "@countersign/application/derived-ids.ts";
import type { Envelope } from "@countersign/application/envelope.ts";
import type { DirectoryCommand } from "@countersign/domain/directory/commands.ts";
import type { Person } from "@countersign/domain/directory/directory.ts";
import type { Commander } from "./commander.ts";

/** `COUNTERSIGN_BOOTSTRAP_ADMIN`, `org:person`. */
export interface FirstAdmin {
  readonly org: string;
  readonly person: string;
}

/** Reads `org:person`; undefined when it is none. Orgs and people as `architecture.md` has them. */
export const readFirstAdmin = (text: string): FirstAdmin | undefined => {
  const [, org, person] = /^([A-Za-z0-9_-]{1,64}):([\x21-\x7e]{1,128})$/.exec(text) ?? [];
  return org === undefined || person === undefined ? undefined : { org, person };
};

/** What the system itself writes while it sets an org up; `parts` make the id that keeps it from being done twice. */
export const setUp = async (
  commander: Commander,
  org: string,
  command: DirectoryCommand,
  ...parts: readonly string[]
): Promise<void> => {
  const commandId = derivedCommandId("set-up", org, ...parts);
  const envelope: Envelope = {
    commandId,
    commandHash: null,
    org,
    principal: null,
    actor: { kind: "system", id: "setup" },
    channel: "system",
    correlationId: commandId,
    causationId: null,
  };
  const outcome = await commander.decider.directory(envelope, command);
  if (!outcome.ok)
    throw new Error(`the org ${org} could not be set up: ${outcome.refusal.message}`);
};

/** Makes the person an admin of an org that has none; an org with one is left as it is. */
export const ensureFirstAdmin = async (
  commander: Commander,
  { org, person: id }: FirstAdmin,
): Promise<void> => {
  const { directory } = commander.references.of(org);
  const isAdmin = ({ access, active }: Person): boolean => access === "admin" && active;
  if ([...directory.people.values()].some(isAdmin)) return;
  const known = directory.people.get(id);
  const person: Person = {
    ...(known ?? { id, name: id, email: null, zone: null }),
    access: "admin",
    active: true,
  };
  await setUp(commander, org, { type: "put-person", person }, id, String(directory.revision));
};
