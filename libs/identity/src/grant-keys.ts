import { compactVerify, createLocalJWKSet, type JSONWebKeySet } from "jose";
import { publicPart, readOrMakeSigningKeys, readSigningKeys } from "./key-file.ts";
import { SigningThread } from "./signing-thread.ts";

/** What a one-time grant says: who may run what until when. Everything in it is bound by the signature. */
export interface Grant {
  /** The grant's own id: `grt_…`. */
  readonly id: string;
  readonly org: string;
  readonly request: string;
  /** `sha256:` + hex over the RFC 8785 form of the approved action. */
  readonly payloadHash: string;
  readonly payloadVersion: number;
  /** The policy versions that were followed; empty for inline approvers. */
  readonly policies: readonly { readonly id: string; readonly version: number }[];
  /** ISO 8601; kept to the second in `iat` and `exp`, to the millisecond in `valid_until`. */
  readonly approvedAt: string;
  readonly validUntil: string;
}

/** Signs grants and tells its own from others'. */
export interface GrantKeys {
  /** A compact JWS (EdDSA over Ed25519) whose payload is a JWT. The same grant gives the same text. */
  sign(grant: Grant): Promise<string>;
  /** The id of a grant of ours for this request; null for everything else. Its time is not looked at. */
  read(text: string, org: string, request: string): Promise<string | null>;
  /** The public keys, for whoever runs the action: a grant can be verified without asking. */
  readonly publicKeys: JSONWebKeySet;
}

const TYPE = "countersign-grant+jwt";
const ISSUER = "countersign";
/**
 * Signed grants kept, about 700 bytes each: an asker that reads its approval again in a moment costs no second
 * signature. Few enough that they are gone before the garbage collector has copied them to where it rarely looks.
 */
const KEPT = 500;

const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString("base64url");

const claimsOf = (grant: Grant): object => ({
  iss: ISSUER,
  sub: grant.request,
  jti: grant.id,
  iat: Math.floor(Date.parse(grant.approvedAt) / 1000),
  exp: Math.floor(Date.parse(grant.validUntil) / 1000),
  org: grant.org,
  payload_hash: grant.payloadHash,
  payload_version: grant.payloadVersion,
  policies: grant.policies.map(({ id, version }) => ({ id, version })),
  valid_until: grant.validUntil,
});

/**
 * Opens the keys that grants are signed with: the file's first key signs, the others still verify, so that keys are
 * changed without breaking grants that are out. Without `mustExist` a missing file is made, mode 0600.
 */
export const openGrantKeys = async ({
  keyFile,
  mustExist,
}: {
  readonly keyFile: string;
  readonly mustExist: boolean;
}): Promise<GrantKeys> => {
  const keys = mustExist ? await readSigningKeys(keyFile) : await readOrMakeSigningKeys(keyFile);
  const [current] = keys;
  const thread = new SigningThread(current);
  const header = encoded({ alg: "EdDSA", typ: TYPE, kid: current.kid });
  const kept = new Map<string, Promise<string>>();
  const publicKeys: JSONWebKeySet = { keys: keys.map(publicPart) };
  const keyOf = createLocalJWKSet(publicKeys);
  return {
    publicKeys,
    sign(grant) {
      const name = `${grant.org} ${grant.id}`;
      const known = kept.get(name);
      if (known !== undefined) return known;
      const unsigned = `${header}.${encoded(claimsOf(grant))}`;
      const text = thread.sign(unsigned).then(
        (signature) => `${unsigned}.${signature}`,
        (error: unknown) => {
          // A failure is told to whoever waits for it, and not kept: the next reader tries again.
          kept.delete(name);
          throw error;
        },
      );
      if (kept.size >= KEPT) kept.clear();
      kept.set(name, text);
      return text;
    },
    async read(text, org, request) {
      try {
        const { payload, protectedHeader } = await compactVerify(text, keyOf, {
          algorithms: ["EdDSA"],
        });
        if (protectedHeader.typ !== TYPE) return null;
        const claims = JSON.parse(new TextDecoder().decode(payload)) as Record<string, unknown>;
        const { jti, iss, sub } = claims;
        const isOurs = iss === ISSUER && sub === request && claims["org"] === org;
        return isOurs && typeof jti === "string" ? jti : null;
      } catch {
        return null;
      }
    },
  };
};
