import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DevIssuer } from "@countersign/identity/dev-issuer.ts";
import { DEMO_ORG, demoSubjects } from "./demo-org.ts";

/** Tokens of the demo org by person or agent. */
export type DevTokens = Readonly<Record<string, string>>;

/** Writes `dev-tokens.json`, readable by its owner only. Tokens of earlier starts stay valid. */
export const writeDevTokens = async (dataDir: string, issuer: DevIssuer): Promise<DevTokens> => {
  const tokens = Object.fromEntries(
    await Promise.all(
      demoSubjects.map(async ({ id, kind }): Promise<[string, string]> => [
        id,
        await issuer.issue({ org: DEMO_ORG, sub: id, kind }),
      ]),
    ),
  );
  const file = join(dataDir, "dev-tokens.json");
  // Whoever reads it while it is written finds the one before.
  writeFileSync(`${file}.new`, `${JSON.stringify(tokens, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return tokens;
};

/** Where a browser gets its session. */
export const signInLink = (publicUrl: string, token: string): string =>
  `${publicUrl}/sign-in?token=${encodeURIComponent(token)}`;
