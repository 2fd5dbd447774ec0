import { createHash } from "node:crypto";

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** 26 characters in the shape of a ULID, from a digest of the parts: the same parts give the same id. */
const ulidOf = (parts: readonly string[]): string => {
  const digest = createHash("sha256").update(JSON.stringify(parts)).digest();
  let text = alphabet[(digest[0] ?? 0) & 7] ?? "0";
  let bits = 0;
  let value = 0;
  for (const byte of digest.subarray(1)) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5 && text.length < 26) {
      bits -= 5;
      text += alphabet[(value >>> bits) & 31] ?? "0";
      value &= (1 << bits) - 1;
    }
    if (text.length === 26) break;
  }
  return text;
};

/** A request's id derived from what makes it unique: (org, principal, key), or (topic, revision). */
export const derivedRequestId = (...parts: readonly string[]): string => `apr_${ulidOf(parts)}`;

/** A command's id derived from (org, principal, key), from (event id, process), or from a timer's key. */
export const derivedCommandId = (...parts: readonly string[]): string => `cmd_${ulidOf(parts)}`;

/** Id of the command that an expiry timer becomes: whoever notices first, the effect is one. */
export const expiryCommandId = (requestId: string, expiresAt: string): string =>
  derivedCommandId("expiry", requestId, expiresAt);
