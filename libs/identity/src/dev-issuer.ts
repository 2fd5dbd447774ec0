import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import {
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  SignJWT,
  type JSONWebKeySet,
  type JWK,
} from "jose";

/** Issues tokens for trying things out, where no identity provider is configured. Never for production. */
export interface DevIssuer {
  readonly issuer: string;
  readonly audience: string;
  /** Its public key, for `makeTokenVerifier`. */
  readonly keys: JSONWebKeySet;
  /** A token for somebody; it ends after ten years, and stays valid when newer ones are issued. */
  issue(who: DevSubject): Promise<string>;
}

export interface DevSubject {
  readonly org: string;
  readonly sub: string;
  readonly kind: "person" | "agent";
}

export interface DevIssuerOptions {
  /** Holds the private key (mode 0600); made when it is missing. */
  readonly keyFile: string;
  /** Wall-clock milliseconds. */
  readonly clock: { now(): number };
}

const TEN_YEARS_S = 3650 * 24 * 3600;

const isAlreadyThere = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "EEXIST";

const makeKey = async (): Promise<JWK> => {
  const { privateKey } = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  const key = await exportJWK(privateKey);
  return { ...key, alg: "EdDSA", use: "sig", kid: await calculateJwkThumbprint(key) };
};

const readOrMakeKey = async (file: string): Promise<JWK> => {
  mkdirSync(dirname(file), { recursive: true });
  try {
    writeFileSync(file, `${JSON.stringify(await makeKey())}\n`, { flag: "wx", mode: 0o600 });
  } catch (error) {
    if (!isAlreadyThere(error)) throw error;
  }
  const key: JWK | null = JSON.parse(readFileSync(file, "utf8"));
  return key ?? {};
};

/** Opens the issuer whose key lies in `keyFile`. Throws when the file cannot be read, made, or holds no key. */
export const openDevIssuer = async (options: DevIssuerOptions): Promise<DevIssuer> => {
  const { keyFile, clock } = options;
  const { d, ...publicKey } = await readOrMakeKey(keyFile);
  if (d === undefined || publicKey.kid === undefined) {
    throw new Error(`${keyFile} holds no private key: delete it, and a new one is made.`);
  }
  const kid = publicKey.kid;
  const privateKey = await importJWK({ ...publicKey, d }, "EdDSA");
  const issuer = "countersign-dev";
  const audience = "countersign";
  return {
    issuer,
    audience,
    keys: { keys: [publicKey] },
    issue({ org, sub, kind }) {
      const now = Math.floor(clock.now() / 1000);
      return new SignJWT({ org, kind })
        .setProtectedHeader({ alg: "EdDSA", kid })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(sub)
        .setIssuedAt(now)
        .setExpirationTime(now + TEN_YEARS_S)
        .sign(privateKey);
    },
  };
};
