import { parseApiKey } from "@countersign/api-contract/api-keys.ts";
import { parseIJson } from "@countersign/api-contract/i-json.ts";
import { keyFault } from "@countersign/domain/directory/api-key.ts";
import { apiKeyView } from "@countersign/domain/directory/api-keys.ts";
import type { DirectoryState } from "@countersign/domain/directory/directory.ts";
import { isObject, type Json } from "@countersign/domain/json.ts";
import type { Principal } from "@countersign/domain/request/commands.ts";
import { makeApiKey, sameHash } from "@countersign/identity/api-keys.ts";
import type { Reply } from "@countersign/messaging/bus.ts";
import { toIso } from "@countersign/runtime/clock.ts";
import type { Decider } from "../decider.ts";
import { bodyOf, envelopeOf, type Incoming } from "../incoming.ts";
import { bodyRefusal, no, Refused, yes } from "../reply.ts";

const shown = (decider: Decider, state: DirectoryState, id: string): object => {
  const known = state.apiKeys.get(id);
  return known === undefined ? { id } : apiKeyView(known, toIso(decider.engine.clock.now()));
};

/** Issues a key. It is told in this answer and never again: a repeat of the command is answered without it. */
export const issueApiKey = async (decider: Decider, incoming: Incoming): Promise<Reply> => {
  const { org, principal, idempotencyKey } = incoming;
  const body = bodyOf(incoming);
  const parsed = parseApiKey(body);
  const envelope = envelopeOf(incoming, decider.ids, "issue-api-key", body);
  const id = `key_${idempotencyKey === null ? decider.ids.ulid() : envelope.commandId.replace(/^cmd_/, "")}`;
  const { key, hash } = makeApiKey(org, id);
  const outcome = await decider.directory(
    envelope,
    parsed.ok
      ? (now) => ({
          type: "issue-api-key",
          key: {
            id,
            agent: parsed.value.agent,
            scopes: [...new Set(parsed.value.scopes ?? [])],
            hash,
            expiresAt: parsed.value.expires_at ?? null,
          },
          held: principal.kind === "agent" ? (principal.scopes ?? []) : null,
          now,
        })
      : bodyRefusal(parsed.error),
  );
  if (!outcome.ok) return no(outcome.refusal);
  const isNew = outcome.effect === "appended";
  return yes(
    isNew ? "created" : "repeated",
    JSON.stringify({ ...shown(decider, outcome.fold.state, id), key: isNew ? key : null }),
  );
};

/** Ends a key at once. */
export const revokeApiKey = async (decider: Decider, incoming: Incoming): Promise<Reply> => {
  const id = incoming.target;
  const envelope = envelopeOf(incoming, decider.ids, "revoke-api-key", bodyOf(incoming));
  const outcome = await decider.directory(envelope, { type: "revoke-api-key", id });
  if (!outcome.ok) return no(outcome.refusal);
  return yes("done", JSON.stringify(shown(decider, outcome.fold.state, id)));
};

/**
 * Whose key this is, for a gateway that was shown one: it sends the key's id and hash, never the key. One that is
 * unknown, or has another hash, is not found.
 */
export const resolveApiKey = (decider: Decider, org: string, text: string): Reply => {
  const parsed = parseIJson(text);
  const asked = parsed.ok ? (parsed.value as Json) : null;
  const { id, hash } = isObject(asked) ? asked : {};
  const known =
    typeof id === "string"
      ? decider.engine.references.of(org).directory.apiKeys.get(id)
      : undefined;
  if (known === undefined || typeof hash !== "string" || !sameHash(hash, known.hash))
    return no({ code: "not-found", message: "There is no such API key." });
  const { agent, scopes, expiresAt } = known;
  const fault = keyFault(known, toIso(decider.engine.clock.now()));
  return yes("done", JSON.stringify({ agent, scopes, expires_at: expiresAt, fault }));
};

/** Throws `unauthenticated` for who came with a key that was revoked since the gateway asked about it. */
export const refuseRevoked = (decider: Decider, { org, key }: Principal): void => {
  if (key === undefined) return;
  const known = decider.engine.references.of(org).directory.apiKeys.get(key);
  if (known === undefined || keyFault(known, toIso(decider.engine.clock.now())) === null) return;
  throw new Refused({ code: "unauthenticated", message: "This API key does not count any more." });
};
