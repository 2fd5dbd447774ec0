import type { DirectoryState } from "../../directory/directory.ts";
import type { JsonObject } from "../../json.ts";
import type { Reference } from "../../reference.ts";
import type { Ask, Principal } from "../commands.ts";
import type { Requester } from "../events.ts";
import { refuse, type Refusal } from "../refusals.ts";

/** Who asks, with the owner of an asking agent as of today. */
export const requesterOf = (principal: Principal, { directory }: Reference): Requester => ({
  kind: principal.kind,
  id: principal.id,
  owner: principal.kind === "agent" ? (directory.agents.get(principal.id)?.owner ?? null) : null,
});

/** The agent as it describes itself, under the id of its credential; the directory's words where it is silent. */
export const agentOf = (
  { agent }: Pick<Ask, "agent">,
  { kind, id }: Requester,
  directory: DirectoryState,
): JsonObject | null => {
  if (kind !== "agent") return null;
  const known = directory.agents.get(id);
  const { id: _, ...prose } = agent ?? {};
  return { id, name: known?.name ?? null, version: known?.version ?? null, ...prose };
};

/** An ask may describe only the agent that its credential proves. */
export const forgedAgent = (
  { agent }: Pick<Ask, "agent">,
  { kind, id }: Principal,
): Refusal | null => {
  const named = agent?.["id"];
  if (named === undefined || named === null || (kind === "agent" && named === id)) return null;
  const message = `must be the credential's own agent, not ${JSON.stringify(named)}`;
  return refuse("unprocessable", `agent.id ${message}.`, {
    faults: [{ path: "agent.id", message }],
  });
};
