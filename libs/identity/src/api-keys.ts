import { hash, randomBytes, timingSafeEqual } from "node:crypto";

/** What makes a bearer token an API key; a JWT begins otherwise. */
const PREFIX = "csk.";
/** Neither an org nor a key's id nor base64url has a dot. */
const SHAPE = /^csk\.([A-Za-z0-9_-]{1,64})\.(key_[0-9A-Za-z]{26})\.([A-Za-z0-9_-]{43})$/;

/** SHA-256 of a key, as it is stored. A key has 256 random bits, so a slow hash would protect nothing. */
const hashOf = (key: string): string => `sha256:${hash("sha256", key)}`;

/** What a key says of itself, and the hash by which it is proved. */
export interface PresentedKey {
  readonly org: string;
  readonly id: string;
  readonly hash: string;
}

/** True for a bearer token that means to be an API key. */
export const isApiKey = (token: string): boolean => token.startsWith(PREFIX);

/** Reads a key; null when it is none of ours. */
export const readApiKey = (token: string): PresentedKey | null => {
  const [, org, id] = SHAPE.exec(token) ?? [];
  return org === undefined || id === undefined ? null : { org, id, hash: hashOf(token) };
};

/** A new key, `csk.<org>.<id>.<secret>`, and its hash: the only part of it that may be kept. */
export const makeApiKey = (
  org: string,
  id: string,
): { readonly key: string; readonly hash: string } => {
  const key = `${PREFIX}${org}.${id}.${randomBytes(32).toString("base64url")}`;
  return { key, hash: hashOf(key) };
};

/** Compares a presented key's hash with the stored one, in the same time wherever they differ. */
export const sameHash = (presented: string, stored: string): boolean => {
  const [one, other] = [Buffer.from(presented), Buffer.from(stored)];
  return one.length === other.length && timingSafeEqual(one, other);
};
