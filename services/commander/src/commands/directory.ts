import { parseAgent, parsePerson, parseRole } from "@countersign/api-contract/directory.ts";
import type { Parsed } from "@countersign/api-contract/errors.ts";
import type { DirectoryCommand } from "@countersign/domain/directory/commands.ts";
import type { DirectoryState } from "@countersign/domain/directory/directory.ts";
import { agentView, personView, roleView } from "@countersign/domain/directory/view.ts";
import type { JsonObject } from "@countersign/domain/json.ts";
import type { Reply } from "@countersign/messaging/bus.ts";
import type { Decider } from "../decider.ts";
import { bodyOf, envelopeOf, type Incoming } from "../incoming.ts";
import { bodyRefusal, no, yes } from "../reply.ts";

/** A command on the directory; `show` is the entry as it stands afterwards. */
const onDirectory =
  <Body>(
    name: string,
    parse: (body: JsonObject) => Parsed<Body>,
    toCommand: (body: Body, id: string) => DirectoryCommand,
    show: (state: DirectoryState, id: string) => JsonObject | null,
  ) =>
  async (decider: Decider, incoming: Incoming): Promise<Reply> => {
    const body = bodyOf(incoming);
    const parsed = parse(body);
    const id = incoming.target;
    const outcome = await decider.directory(
      envelopeOf(incoming, decider.ids, name, body),
      parsed.ok ? toCommand(parsed.value, id) : bodyRefusal(parsed.error),
    );
    if (!outcome.ok) return no(outcome.refusal);
    return yes("done", JSON.stringify(show(outcome.fold.state, id)));
  };

export const putPerson = onDirectory(
  "put-person",
  parsePerson,
  ({ name, email, access, zone, active }, id) => ({
    type: "put-person",
    person: { id, name, email: email ?? null, access, zone: zone ?? null, active: active ?? true },
  }),
  personView,
);

export const removePerson = onDirectory<unknown>(
  "remove-person",
  () => ({ ok: true, value: null }),
  (_body, id) => ({ type: "remove-person", id }),
  (_state, id) => ({ id }),
);

export const putRole = onDirectory(
  "put-role",
  parseRole,
  ({ members }, role) => ({ type: "put-role", role, members }),
  roleView,
);

export const putAgent = onDirectory(
  "put-agent",
  parseAgent,
  ({ name, owner, version }, id) => ({
    type: "put-agent",
    agent: { id, name, owner, version: version ?? null },
  }),
  agentView,
);
