import { hash } from "node:crypto";
import type { Grant, GrantKeys } from "@countersign/identity/grant-keys.ts";

/**
 * Signs on the thread of the run: the real keys sign on another one, and how soon it answers does not follow from the
 * seed. Nothing in a run tries to forge a grant, so a digest stands for the signature.
 */
export const simulatedGrantKeys: GrantKeys = {
  publicKeys: { keys: [] },
  sign: (grant) => {
    const text = Buffer.from(JSON.stringify(grant)).toString("base64url");
    return Promise.resolve(`${text}.${hash("sha256", text)}`);
  },
  read: (signed, org, request) => {
    const [text = "", digest] = signed.split(".");
    if (digest !== hash("sha256", text)) return Promise.resolve(null);
    const grant = JSON.parse(Buffer.from(text, "base64url").toString()) as Grant;
    return Promise.resolve(grant.org === org && grant.request === request ? grant.id : null);
  },
};
