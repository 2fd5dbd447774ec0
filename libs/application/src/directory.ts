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

/** Changes people, roles or agents: admins, and the system itself at the first start (no principal). */
export const commandDirectory = async (
  engine: Engine,
  kind: DirectoryKind,
  envelope: Envelope,
  command: DirectoryCommand | Refusal,
): Promise<Outcome<DirectoryState>> =>
  execute(engine, kind, directoryStream(envelope.org), envelope, (state, _now, reference) => {
    const denied = authorise(envelope.principal, "administer", reference);
    if (denied !== null) return { events: [], refusal: denied };
    if ("code" in command) return { events: [], refusal: command };
    return decideDirectory(state, command);
  });
