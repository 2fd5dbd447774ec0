import { importJWK, SignJWT, type JSONWebKeySet } from "jose";
import { publicPart, readOrMakeSigningKeys } from "./key-file.ts";

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

/** Opens the issuer whose key lies in `keyFile`. Throws when the file cannot be read, made, or holds no key. */
export const openDevIssuer = async (options: DevIssuerOptions): Promise<DevIssuer> => {
  const { keyFile, clock } = options;
  const [key] = await readOrMakeSigningKeys(keyFile);
  const { kid } = key;
  const privateKey = await importJWK(key, "EdDSA");
  const issuer = "countersign-dev";
  const audience = "countersign";
  return {
    issuer,
    audience,
    keys: { keys: [publicPart(key)] },
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
