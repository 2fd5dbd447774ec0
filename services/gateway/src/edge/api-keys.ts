import { hash } from "node:crypto";
import { isApiKey, readApiKey, type PresentedKey } from "@countersign/identity/api-keys.ts";
import { InvalidToken, type VerifiedToken, type VerifyToken } from "@countersign/identity/jwt.ts";
import type { Principal } from "@countersign/identity/principal.ts";
import { resultOf } from "./answer.ts";
import type { Inner } from "./inner.ts";
import type { Log } from "./log.ts";
import { Refused } from "./refused.ts";

/** A key is asked about again after this long. Commander and projector refuse a revoked one before that. */
const REMEMBER_MS = 5_000;
const MAX_REMEMBERED = 10_000;
/** The last instant that a date can be: a key without an end. */
const NEVER = 8.64e15;

/** Whose key it is, as the commander's directory has it. */
interface Resolved {
  readonly agent: string;
  readonly scopes: readonly string[];
  readonly expires_at: string | null;
  /** Why it does not count any more. */
  readonly fault: "revoked" | "expired" | null;
}

/**
 * Checks API keys besides tokens. The key itself goes no further than here: the commander is asked by its id and hash.
 * A revoked or expired one is taken note of; an unknown one is like any token that is none.
 */
export const withApiKeys = (
  verify: VerifyToken,
  inner: Pick<Inner, "resolveKey" | "refused">,
  clock: { now(): number },
  log: Log,
): VerifyToken => {
  const remembered = new Map<string, VerifiedToken>();

  const resolve = async (asked: PresentedKey): Promise<Resolved> => {
    try {
      return resultOf<Resolved>(await inner.resolveKey(asked), "", log);
    } catch (error) {
      if (error instanceof Refused && error.error.code === "not-found")
        throw new InvalidToken("there is no such API key");
      throw error;
    }
  };

  const check = async (asked: PresentedKey, fingerprint: string): Promise<VerifiedToken> => {
    const { org, id } = asked;
    const { agent, scopes, expires_at, fault } = await resolve(asked);
    const principal: Principal = { kind: "agent", id: agent, org, scopes, key: id };
    const expiresAt = expires_at === null ? NEVER : Date.parse(expires_at);
    const token: VerifiedToken = {
      principal,
      principalText: JSON.stringify(principal),
      expiresAt,
      fingerprint,
      checkAgainAt: Math.min(clock.now() + REMEMBER_MS, expiresAt),
    };
    if (fault !== null) {
      inner.refused(
        { who: token, channel: "rest", correlationId: "" },
        "unauthenticated",
        `API key ${id}`,
      );
      throw new InvalidToken(`the API key is ${fault}`);
    }
    if (remembered.size >= MAX_REMEMBERED) {
      const [oldest] = remembered.keys();
      if (oldest !== undefined) remembered.delete(oldest);
    }
    remembered.set(fingerprint, token);
    return token;
  };

  return (text) => {
    if (!isApiKey(text)) return verify(text);
    const fingerprint = hash("sha256", text, "base64url");
    const known = remembered.get(fingerprint);
    if (known !== undefined) {
      if (clock.now() < known.checkAgainAt) return known;
      remembered.delete(fingerprint);
    }
    const asked = readApiKey(text);
    if (asked === null) throw new InvalidToken("this is no API key");
    return check(asked, fingerprint);
  };
};
