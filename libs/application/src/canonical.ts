import canonicalize from "canonicalize";
import { hash } from "node:crypto";

/** The RFC 8785 form of a JSON value. Values come from the I-JSON scan, so there is always one. */
export const canonicalJson = (value: unknown): string => {
  const text = canonicalize(value);
  if (text === undefined) throw new Error("a value without a JSON form cannot be canonicalised");
  return text;
};

/** SHA-256 over the RFC 8785 form, as `sha256:` + hex: what a caller computes from what it is about to run. */
export const canonicalHash = (value: unknown): string =>
  `sha256:${hash("sha256", canonicalJson(value))}`;
