import { standingOf, type Standing } from "@countersign/application/authorise.ts";
import type { JsonObject } from "@countersign/domain/json.ts";
import type { Reference } from "@countersign/domain/reference.ts";
import type { Principal } from "@countersign/domain/request/commands.ts";
import type { Message } from "@countersign/messaging/bus.ts";
import { notFound, Refused } from "./reply.ts";
import { parametersOf } from "./parameters.ts";

/** Who asks, as the directory knows them now. */
export interface Viewer {
  readonly principal: Principal;
  readonly standing: Standing;
}

/** A query on its way in. */
export interface Asked {
  readonly org: string;
  readonly viewer: Viewer;
  readonly parameters: JsonObject;
  readonly message: Message;
}

const principals = new Map<string, Principal | null>();
const MAX_PRINCIPALS = 10_000;

const isPrincipal = (value: unknown): value is Principal =>
  typeof value === "object" &&
  value !== null &&
  "kind" in value &&
  (value.kind === "person" || value.kind === "agent") &&
  "id" in value &&
  typeof value.id === "string" &&
  "org" in value &&
  typeof value.org === "string";

/** Principals come again and again in the same words: parsed once, in a bounded map. */
const principalOf = (text: string): Principal | null => {
  const known = principals.get(text);
  if (known !== undefined) return known;
  const parsed: unknown = JSON.parse(text);
  const principal = isPrincipal(parsed) ? parsed : null;
  if (principals.size >= MAX_PRINCIPALS) principals.clear();
  principals.set(text, principal);
  return principal;
};

/** A key that is not folded here yet was known to the commander a moment ago, so it is none that was revoked. */
const isRevoked = ({ key }: Principal, { directory }: Reference): boolean =>
  key !== undefined && directory.apiKeys.get(key)?.revoked === true;

/** What the directory says of a principal now. Throws `Refused` (`unauthenticated`) when that is nothing any more. */
export const standingNow = (principal: Principal, reference: Reference): Standing => {
  const standing = standingOf(principal, reference);
  if (isRevoked(principal, reference))
    throw new Refused({ code: "unauthenticated", message: "This API key is revoked." });
  if (standing === null)
    throw new Refused({
      code: "unauthenticated",
      message: `${principal.id} is not an active member of this organisation.`,
    });
  return standing;
};

/**
 * The one place where a query learns who asks. The gateway proved the credential; whether its principal is an active
 * member of the org is the directory's to say. Throws `Refused`: `not-found` for another org, `unauthenticated`.
 */
export const readAsked = (message: Message, org: string, reference: Reference): Asked => {
  const principal = principalOf(message.headers["Countersign-Principal"] ?? "null");
  if (principal === null || principal.org !== org) throw notFound();
  const standing = standingNow(principal, reference);
  return { org, viewer: { principal, standing }, parameters: parametersOf(message.body), message };
};

/** People see their whole org; an agent sees the requests that it made, and nothing of others. */
export const maySee = (
  { principal }: Viewer,
  requester: { readonly kind: string; readonly id: string },
): boolean =>
  principal.kind === "person" || (requester.kind === "agent" && requester.id === principal.id);
