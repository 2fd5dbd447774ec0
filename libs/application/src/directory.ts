import type { Scope } from "@countersign/domain/directory/api-key.ts";
import type { DirectoryCommand } from "@countersign/domain/directory/commands.ts";
import { decideDirectory } from "@countersign/domain/directory/decide.ts";
import type { DirectoryEvent, DirectoryState } from "@countersign/domain/directory/directory.ts";
import { emptyDirectory, evolveDirectory } from "@countersign/domain/directory/evolve.ts";
import { readDirectoryEvent } from "@countersign/domain/read-events.ts";
import type { Refusal } from "@countersign/domain/request/refusals.ts";
import { authorise } from "./authorise.ts";
import type { Envelope } from "./envelope.ts";
import { execute, type Aggregate, type Engine, type Outcome, type StreamKind } from "./execute.ts";
import { directoryStream } from "./streams.ts";

export type DirectoryKind = StreamKind<DirectoryState, DirectoryEvent>;

export const directoryAggregate: Aggregate<DirectoryState, DirectoryEvent> = {
  initial: emptyDirectory,
  evolve: (state, event) => evolveDirectory(state, { event }),
  decode: readDirectoryEvent,
};

/** The scope with which an agent's credential may do it. */
const scopeOf = ({ type }: DirectoryCommand): Scope =>
  type === "issue-api-key" || type === "revoke-api-key" ? "api-keys:write" : "directory:write";

/**
 * Changes people, roles, agents or API keys: admins, credentials with the scope for it, and the system itself at the
 * first start (no principal). `command` may be made at the time of the decision, ISO 8601.
 */
export const commandDirectory = async (
  engine: Engine,
  kind: DirectoryKind,
  envelope: Envelope,
  command: DirectoryCommand | Refusal | ((now: string) => DirectoryCommand),
): Promise<Outcome<DirectoryState>> =>
  execute(engine, kind, directoryStream(envelope.org), envelope, (state, now, reference) => {
    const asked = typeof command === "function" ? command(now) : command;
    const scope = "code" in asked ? "directory:write" : scopeOf(asked);
    const denied = authorise(envelope.principal, "administer", reference, scope);
    if (denied !== null) return { events: [], refusal: denied };
    if ("code" in asked) return { events: [], refusal: asked };
    return decideDirectory(state, asked);
  });
