import { createHmac } from "node:crypto";

/** A Standard Webhooks secret, `whsec_` and base64 of 24 to 64 bytes, as bytes; null when it is none. */
export const readWebhookSecret = (text: string): Buffer | null => {
  const [, encoded] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
  const key = encoded === undefined ? null : Buffer.from(encoded, "base64");
  return key !== null && key.length >= 24 && key.length <= 64 ? key : null;
};

/** Headers by which the receiver knows that a body is ours: HMAC-SHA256 over `id.timestamp.body`. */
export const signedHeaders = (
  secret: Buffer,
  id: string,
  nowMs: number,
  body: string,
): Readonly<Record<string, string>> => {
  const timestamp = Math.floor(nowMs / 1000).toString();
  const signature = createHmac("sha256", secret).update(`${id}.${timestamp}.${body}`);
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${signature.digest("base64")}`,
  };
};
