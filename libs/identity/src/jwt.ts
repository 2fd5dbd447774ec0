import { hash } from "node:crypto";
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  jwtVerify,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
} from "jose";
import { principalOf, type Principal } from "./principal.ts";

/** The token is malformed, forged, over, or meant for somebody else: 401. */
export class InvalidToken extends Error {
  override readonly name = "InvalidToken";
}

/** The issuer's keys cannot be fetched, so nothing can be said about the token: 503. */
export class KeysUnavailable extends Error {
  override readonly name = "KeysUnavailable";
}

/** A token that was checked. The same object is given again while it is remembered. */
export interface VerifiedToken {
  readonly principal: Principal;
  /** `principal` as JSON text, made once: it goes along with every message. */
  readonly principalText: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** SHA-256 of the token: names the credential in rate limits and logs without giving it away. */
  readonly fingerprint: string;
  /** Milliseconds since the epoch: from then on it has to be checked again. */
  readonly checkAgainAt: number;
}

/** Answers at once for a remembered token. Throws or rejects with `InvalidToken`, `KeysUnavailable`. */
export type VerifyToken = (token: string) => VerifiedToken | Promise<VerifiedToken>;

/** Names of the claims that say who it is; identity providers differ. */
export interface ClaimNames {
  readonly org: string;
  readonly subject: string;
  readonly kind: string;
}

export const defaultClaims: ClaimNames = { org: "org", subject: "sub", kind: "kind" };

export interface TokenVerifierOptions {
  /** The public keys themselves, or where the issuer publishes them. */
  readonly keys: JSONWebKeySet | URL;
  readonly issuer: string;
  readonly audience: string;
  readonly claims?: ClaimNames;
  /** Wall-clock milliseconds. */
  readonly clock: { now(): number };
}

/** Signatures with a key pair only: a public key can never serve as a secret. */
const ALGORITHMS = "EdDSA Ed25519 ES256 ES384 ES512 RS256 RS384 RS512 PS256 PS384 PS512".split(" ");
/** A checked token is checked again after this long, so that a withdrawn key does not live on. */
const REMEMBER_MS = 60_000;
const MAX_REMEMBERED = 10_000;
const MAX_TOKEN_LENGTH = 8 * 1024;
const CLOCK_TOLERANCE_S = 5;

/** Errors that are the token's fault; all others came from fetching keys. */
const isTokensFault = (error: unknown): boolean =>
  error instanceof errors.JOSEError &&
  !(error instanceof errors.JWKSTimeout) &&
  !(error instanceof errors.JWKSInvalid) &&
  error.code !== "ERR_JOSE_GENERIC";

/**
 * Checks signature, issuer, audience and times of JWTs and reads the principal. A checked token is remembered by its
 * SHA-256 for at most a minute and never past its end: a signature costs about 150 µs, looking it up 1 µs.
 */
export const makeTokenVerifier = (options: TokenVerifierOptions): VerifyToken => {
  const { keys, issuer, audience, clock, claims = defaultClaims } = options;
  const keyOf: JWTVerifyGetKey =
    keys instanceof URL
      ? createRemoteJWKSet(keys, { timeoutDuration: 5_000 })
      : createLocalJWKSet(keys);
  const remembered = new Map<string, VerifiedToken>();

  const check = async (token: string, fingerprint: string): Promise<VerifiedToken> => {
    const now = clock.now();
    const { payload } = await jwtVerify(token, keyOf, {
      issuer,
      audience,
      algorithms: ALGORITHMS,
      requiredClaims: ["exp"],
      clockTolerance: CLOCK_TOLERANCE_S,
      currentDate: new Date(now),
    }).catch((cause: unknown) => {
      if (isTokensFault(cause)) throw new InvalidToken("the token is not valid", { cause });
      throw new KeysUnavailable("the issuer's keys cannot be fetched", { cause });
    });
    const principal = principalOf({
      org: payload[claims.org],
      id: payload[claims.subject],
      kind: payload[claims.kind],
      scope: payload["scope"],
    });
    if (typeof principal === "string") throw new InvalidToken(principal);
    const expiresAt = (payload.exp ?? 0) * 1000;
    const verified: VerifiedToken = {
      principal,
      principalText: JSON.stringify(principal),
      expiresAt,
      fingerprint,
      checkAgainAt: Math.min(now + REMEMBER_MS, expiresAt),
    };
    if (remembered.size >= MAX_REMEMBERED) {
      const [oldest] = remembered.keys();
      if (oldest !== undefined) remembered.delete(oldest);
    }
    remembered.set(fingerprint, verified);
    return verified;
  };

  return (token) => {
    if (token.length > MAX_TOKEN_LENGTH) throw new InvalidToken("the token is too long");
    const fingerprint = hash("sha256", token, "base64url");
    const known = remembered.get(fingerprint);
    if (known !== undefined) {
      if (clock.now() < known.checkAgainAt) return known;
      remembered.delete(fingerprint);
    }
    return check(token, fingerprint);
  };
};
