import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from "jose";

/** A private Ed25519 key with its id. */
export interface SigningKey extends JWK {
  readonly kid: string;
  readonly d: string;
}

const isAlreadyThere = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "EEXIST";

const makeKey = async (): Promise<JWK> => {
  const { privateKey } = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  const key = await exportJWK(privateKey);
  return { ...key, alg: "EdDSA", use: "sig", kid: await calculateJwkThumbprint(key) };
};

const keysIn = (text: string): readonly JWK[] => {
  let read: JWK | { readonly keys: readonly JWK[] } | null;
  try {
    read = JSON.parse(text) as typeof read;
  } catch {
    // Its parser would say where, and quote the key.
    return [];
  }
  if (read === null) return [];
  return "keys" in read && Array.isArray(read.keys) ? (read.keys as readonly JWK[]) : [read as JWK];
};

/** The private Ed25519 keys in a file: one JWK, or a set of them. Throws when it cannot be read or holds none. */
export const readSigningKeys = async (
  file: string,
): Promise<readonly [SigningKey, ...SigningKey[]]> => {
  const found: SigningKey[] = [];
  for (const key of keysIn(readFileSync(file, "utf8"))) {
    if (key.kty !== "OKP" || key.crv !== "Ed25519" || key.d === undefined) continue;
    const kid = key.kid ?? (await calculateJwkThumbprint(key));
    found.push({ ...key, alg: "EdDSA", use: "sig", kid, d: key.d });
  }
  const [first, ...others] = found;
  if (first === undefined) {
    throw new Error(
      `${file} holds no private Ed25519 key (a JWK): put the right file in its place and start again.`,
    );
  }
  return [first, ...others];
};

/** The same, and a new key is made (mode 0600) when the file is missing. */
export const readOrMakeSigningKeys = async (
  file: string,
): Promise<readonly [SigningKey, ...SigningKey[]]> => {
  mkdirSync(dirname(file), { recursive: true });
  try {
    writeFileSync(file, `${JSON.stringify(await makeKey())}\n`, { flag: "wx", mode: 0o600 });
  } catch (error) {
    if (!isAlreadyThere(error)) throw error;
  }
  return readSigningKeys(file);
};

/** What others may know of a key. */
export const publicPart = (key: SigningKey): JWK => {
  const { d: _, ...known } = key;
  return known;
};
