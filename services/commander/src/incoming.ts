import { derivedCommandId } from "@countersign/application/derived-ids.ts";
import type { Envelope } from "@countersign/application/envelope.ts";
import { canonicalHash } from "@countersign/application/canonical.ts";
import { parseIJson } from "@countersign/api-contract/i-json.ts";
import type { Channel } from "@countersign/domain/actor.ts";
import { isObject, type Json, type JsonObject } from "@countersign/domain/json.ts";
import type { Principal } from "@countersign/domain/request/commands.ts";
import type { Message } from "@countersign/messaging/bus.ts";
import { parseSubject } from "@countersign/messaging/subjects.ts";
import type { Ids } from "@countersign/runtime/ids.ts";
import { Refused } from "./reply.ts";

/** A command as it came over the bus: who, how, about what, and the body's text. */
export interface Incoming {
  readonly org: string;
  readonly principal: Principal;
  readonly channel: Channel;
  readonly correlationId: string;
  /** As the caller sent it, checked; null without one. */
  readonly idempotencyKey: string | null;
  /** Id of what the command is about; empty when it names nothing. */
  readonly target: string;
  readonly headers: Message["headers"];
  readonly body: string;
}

const principals = new Map<string, Principal>();

/** Principals come again and again in the same words: parsed once, in a bounded map. */
const principalOf = (text: string): Principal => {
  const known = principals.get(text);
  if (known !== undefined) return known;
  const principal = JSON.parse(text) as Principal;
  if (principals.size >= 10_000) principals.clear();
  principals.set(text, principal);
  return principal;
};

const keyPattern = /^[\x21-\x7e]{1,255}$/;

/** Reads a command message. The org is the subject's, which the broker authorised; never the body's. */
export const readIncoming = (message: Message): Incoming => {
  const subject = parseSubject(message.subject);
  if (subject?.kind !== "command") throw new Error(`no command subject: ${message.subject}`);
  const { headers } = message;
  const principal = principalOf(headers["Countersign-Principal"] ?? "null");
  if (principal === null || principal.org !== subject.org)
    throw new Refused({ code: "not-found", message: "There is nothing here." });
  const key = headers["Countersign-Idempotency-Key"] ?? null;
  if (key !== null && !keyPattern.test(key))
    throw new Refused({
      code: "bad-request",
      message: "Idempotency-Key must have 1 to 255 visible ASCII characters.",
    });
  const target = headers["Countersign-Target"] ?? "";
  return {
    org: subject.org,
    principal,
    channel: (headers["Countersign-Channel"] ?? "rest") as Channel,
    correlationId: headers["Countersign-Correlation-Id"] ?? "",
    idempotencyKey: key,
    target: target.includes("%") ? decodeURIComponent(target) : target,
    headers,
    body: message.body,
  };
};

/** The body as I-JSON, an empty one as `{}`; a fault is refused with its path. */
export const bodyOf = (incoming: Incoming): JsonObject => {
  if (incoming.body === "") return {};
  const parsed = parseIJson(incoming.body);
  if (!parsed.ok) {
    const { code, message, path } = parsed.fault;
    throw new Refused({ code, message, details: { path, faults: [{ path, message }] } });
  }
  const value = parsed.value as Json;
  if (!isObject(value))
    throw new Refused({ code: "bad-request", message: "The body must be a JSON object." });
  return value;
};

/** They share their keys on a request: under an approval's key nothing is ever taken for a denial. */
const votes: ReadonlySet<string> = new Set(["approve", "deny", "modify"]);

/** The envelope of a command: with an idempotency key its id is derived and its body is hashed. */
export const envelopeOf = (incoming: Incoming, ids: Ids, name: string, body: Json): Envelope => {
  const { org, principal, idempotencyKey, target } = incoming;
  const isVote = votes.has(name);
  const of = isVote ? "vote" : name;
  return {
    commandId:
      idempotencyKey === null
        ? `cmd_${ids.ulid()}`
        : derivedCommandId(org, principal.kind, principal.id, of, target, idempotencyKey),
    commandHash: idempotencyKey === null ? null : canonicalHash(isVote ? { [name]: body } : body),
    org,
    principal,
    actor: { kind: principal.kind, id: principal.id },
    channel: incoming.channel,
    correlationId: incoming.correlationId,
    causationId: null,
  };
};
