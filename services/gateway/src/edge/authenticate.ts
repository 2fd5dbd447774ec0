import { InvalidToken, type VerifiedToken, type VerifyToken } from "@countersign/identity/jwt.ts";
import { parseCookie } from "cookie";
import type { FastifyRequest, onRequestHookHandler } from "fastify";
import type { Inner } from "./inner.ts";
import type { RateLimit } from "./rate-limit.ts";
import { notFound, Refused } from "./refused.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Set by `authenticate`; routes outside of it do not have it. */
    who: VerifiedToken;
  }
}

export const SESSION_COOKIE = "countersign_session";

/** All malformed and unknown tokens together: they must not make buckets of their own. */
const NOBODY = "nobody";

const bearer = (header: string): string | undefined =>
  header.length > 7 && header.slice(0, 7).toLowerCase() === "bearer "
    ? header.slice(7).trim()
    : undefined;

/**
 * The token of a request. The session cookie counts for reading and for GraphQL, which takes nothing that another
 * site's form could send; everything else needs the header.
 */
const tokenOf = ({ headers, method, url }: Pick<FastifyRequest, "headers" | "method" | "url">) => {
  const { authorization, cookie } = headers;
  if (authorization !== undefined) return bearer(authorization);
  if (cookie === undefined) return undefined;
  if (method !== "GET" && !/^\/graphql(?:\?|$)/.test(url)) return undefined;
  return parseCookie(cookie)[SESSION_COOKIE];
};

export type Identify = (
  request: Pick<FastifyRequest, "headers" | "method" | "url">,
) => VerifiedToken | Promise<VerifiedToken>;

/** Finds out who asks; at once when the token was seen in the last minute. Throws or rejects with `InvalidToken`, `Refused`. */
export const makeIdentify = (verify: VerifyToken, rateLimit: RateLimit): Identify => {
  const limited = (credential: string): void => {
    if (!rateLimit(credential)) {
      throw new Refused("rate-limited", "Too many requests with this credential: slow down.");
    }
  };
  const known = (who: VerifiedToken): VerifiedToken => {
    limited(who.fingerprint);
    return who;
  };
  const unknown = (error: unknown): never => {
    if (error instanceof InvalidToken) limited(NOBODY);
    throw error;
  };
  return (request) => {
    let verified: VerifiedToken | Promise<VerifiedToken>;
    try {
      const token = tokenOf(request);
      if (token === undefined) throw new InvalidToken("no token");
      verified = verify(token);
    } catch (error) {
      return unknown(error);
    }
    return verified instanceof Promise ? verified.then(known, unknown) : known(verified);
  };
};

/** A hook that lets in whoever has a valid token, and under `/orgs/:org` only those of that org: others find nothing. */
export const authenticate = (
  identify: Identify,
  inner: Pick<Inner, "refused">,
): onRequestHookHandler => {
  const letIn = (request: FastifyRequest, who: VerifiedToken): void => {
    request.who = who;
    const { org } = request.params as { org?: string };
    if (org === undefined || org === who.principal.org) return;
    inner.refused(
      { who, channel: "rest", correlationId: request.id },
      "foreign-org",
      `${request.method} ${request.routeOptions.url ?? ""}`,
    );
    throw notFound();
  };
  // Nearly every token was seen in the last minute: such a request goes on at once, without a promise of its own.
  return (request, _reply, goOn) => {
    const who = identify(request);
    if (who instanceof Promise) {
      who.then((found) => letIn(request, found)).then(() => goOn(), goOn);
      return;
    }
    letIn(request, who);
    goOn();
  };
};
