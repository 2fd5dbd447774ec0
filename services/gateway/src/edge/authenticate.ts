import type { Socket } from "node:net";
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

/** What a credential is told that is past its limit. */
export const TOO_MANY = "Too many requests with this credential: slow down.";

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

/** What tells who asks. `socket`: the connection, where it may bring the same credential again. */
type Asking = Pick<FastifyRequest, "headers" | "method" | "url"> &
  Partial<Pick<FastifyRequest, "socket">>;

export type Identify = (request: Asking) => VerifiedToken | Promise<VerifiedToken>;

/**
 * What each connection's last request had in its header, and whose it was: nearly all bring the very same text again,
 * and comparing it costs a tenth of its SHA-256. It counts only as long as whoever checked it lets it count.
 */
const makeBrought = (clock: { now(): number }) => {
  const lastOf = new WeakMap<Socket, { readonly header: string; readonly who: VerifiedToken }>();
  return {
    again({ headers, socket }: Asking): VerifiedToken | undefined {
      const last = socket && lastOf.get(socket);
      if (last === undefined || last.header !== headers.authorization) return undefined;
      return clock.now() < last.who.checkAgainAt ? last.who : undefined;
    },
    keep({ headers, socket }: Asking, who: VerifiedToken): void {
      const header = headers.authorization;
      if (socket !== undefined && header !== undefined) lastOf.set(socket, { header, who });
    },
  };
};

/** Finds out who asks; at once when the token was seen in the last minute. Throws or rejects with `InvalidToken`, `Refused`. */
export const makeIdentify = (
  verify: VerifyToken,
  rateLimit: RateLimit,
  clock: { now(): number },
): Identify => {
  const brought = makeBrought(clock);
  const limited = (credential: string): void => {
    if (!rateLimit(credential)) throw new Refused("rate-limited", TOO_MANY);
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
    const again = brought.again(request);
    if (again !== undefined) return known(again);
    const checked = (who: VerifiedToken): VerifiedToken => {
      brought.keep(request, who);
      return known(who);
    };
    let verified: VerifiedToken | Promise<VerifiedToken>;
    try {
      const token = tokenOf(request);
      if (token === undefined) throw new InvalidToken("no token");
      verified = verify(token);
    } catch (error) {
      return unknown(error);
    }
    return verified instanceof Promise ? verified.then(checked, unknown) : checked(verified);
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
