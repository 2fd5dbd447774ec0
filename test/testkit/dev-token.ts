import { readFileSync } from "node:fs";
import { join } from "node:path";
import { importJWK, SignJWT, type JWK } from "jose";

/** A token of the demo org with extra rights, as an identity provider would issue it: signed with the dev key. */
export const tokenWithScope = async (
  dataDir: string,
  sub: string,
  scope: string,
): Promise<string> => {
  const key = JSON.parse(readFileSync(join(dataDir, "dev-key.json"), "utf8")) as JWK;
  return new SignJWT({ org: "demo", kind: "agent", scope })
    .setProtectedHeader({ alg: "EdDSA", ...(key.kid === undefined ? {} : { kid: key.kid }) })
    .setIssuer("countersign-dev")
    .setAudience("countersign")
    .setSubject(sub)
    .setIssuedAt()
    .setExpirationTime("1h")
    .sign(await importJWK(key, "EdDSA"));
};
