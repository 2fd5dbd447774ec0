import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openGrantKeys, type GrantKeys } from "@countersign/identity/grant-keys.ts";

let made: Promise<GrantKeys> | undefined;

/** Keys for grants, made once for a test file. */
export const testGrantKeys = (): Promise<GrantKeys> =>
  (made ??= openGrantKeys({
    keyFile: join(mkdtempSync(join(tmpdir(), "countersign-keys-")), "grant-key.json"),
    mustExist: false,
  }));
