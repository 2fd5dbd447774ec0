import type { JsonObject } from "../json.ts";
import { refuse, refuseField, type Refusal } from "../request/refusals.ts";
import { keyFault, type ApiKeyEvent, type ApiKeys, type KnownApiKey } from "./api-key.ts";
import type { DirectoryCommand } from "./commands.ts";
import type { DirectoryState } from "./directory.ts";

interface ApiKeyDecision {
  readonly events: readonly ApiKeyEvent[];
  readonly refusal?: Refusal;
}

/** The keys after one more event. Throws on the end of one that was never issued. */
export const evolveApiKeys = (keys: ApiKeys, event: ApiKeyEvent): ApiKeys => {
  switch (event.type) {
    case "ApiKeyIssued":
      return new Map(keys).set(event.data.id, { ...event.data, revoked: false });
    case "ApiKeyRevoked": {
      const known = keys.get(event.data.id);
      if (known === undefined) {
        throw new Error(`There is no API key ${event.data.id} to revoke.`);
      }
      return new Map(keys).set(known.id, { ...known, revoked: true });
    }
  }
};

/** Issues a key for an agent of the directory, with no right that its issuer lacks. */
export const issueApiKey = (
  state: DirectoryState,
  { key, held, now }: Extract<DirectoryCommand, { type: "issue-api-key" }>,
): ApiKeyDecision => {
  const { agent, scopes, expiresAt } = key;
  if (!state.agents.has(agent)) {
    const message = `There is no agent ${agent} in the directory.`;
    return { events: [], refusal: refuseField("unprocessable", "agent", message) };
  }
  const beyond = held === null ? undefined : scopes.find((scope) => !held.includes(scope));
  if (beyond !== undefined) {
    const message = `This credential does not have the scope ${beyond} itself.`;
    return { events: [], refusal: refuse("forbidden", message) };
  }
  if (expiresAt !== null && Date.parse(expiresAt) <= Date.parse(now)) {
    const message = "A key expires in the future.";
    return { events: [], refusal: refuseField("unprocessable", "expires_at", message) };
  }
  return { events: [{ type: "ApiKeyIssued", data: key }] };
};

/** Revokes a key; one that is revoked stays so. */
export const revokeApiKey = (state: DirectoryState, id: string): ApiKeyDecision => {
  const known = state.apiKeys.get(id);
  if (known === undefined) {
    return { events: [], refusal: refuse("not-found", "There is no such API key.") };
  }
  return known.revoked ? { events: [] } : { events: [{ type: "ApiKeyRevoked", data: { id } }] };
};

/** A key as the wire shows it at `now` (ISO 8601): everything but what would be of use to a thief. */
export const apiKeyView = (key: KnownApiKey, now: string): JsonObject => {
  const { id, agent, scopes, expiresAt } = key;
  return { id, agent, scopes, expires_at: expiresAt, status: keyFault(key, now) ?? "active" };
};

/** All keys, newest first. */
export const apiKeyViews = (keys: ApiKeys, now: string): readonly JsonObject[] =>
  [...keys.values()].toReversed().map((key) => apiKeyView(key, now));
