import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import type { Clock } from "@countersign/runtime/clock.ts";
import type { Settings } from "@countersign/runtime/config.ts";
import type { Ids } from "@countersign/runtime/ids.ts";
import { Outside } from "./outside.ts";
import { httpPost } from "./post.ts";
import { readWebhookSecret } from "./signature.ts";

/** What the operator says of services outside. */
export interface OutsideConfig {
  /** `whsec_…`; null: a file of our own, made when it is missing. */
  readonly secret: string | null;
  readonly allowPrivate: boolean;
  readonly advisorUrl: string | null;
  readonly advisorTimeoutMs: number;
}

const ADVISOR_MS = 2_000;
/** Whoever asks for an approval waits for it. */
const MOST_ADVISOR_MS = 5_000;

const readAdvisorTimeout = (settings: Settings): number => {
  const variable = "COUNTERSIGN_RISK_ADVISOR_TIMEOUT";
  const text = settings.text(variable);
  if (text === null) return ADVISOR_MS;
  const [, digits = "", unit = ""] = /^([1-9]\d{0,4})(ms|s)$/.exec(text) ?? [];
  const ms = Number(digits) * (unit === "s" ? 1_000 : 1);
  if (ms === 0 || ms > MOST_ADVISOR_MS)
    settings.problem(variable, `${variable} must be a time such as 500ms or 2s, at most 5s.`);
  return ms;
};

/** `COUNTERSIGN_GUARD_SECRET`, `COUNTERSIGN_GUARD_ALLOW_PRIVATE`, `COUNTERSIGN_RISK_ADVISOR_URL` and `…_TIMEOUT`. */
export const readOutside = (settings: Settings): OutsideConfig => {
  const variable = "COUNTERSIGN_GUARD_SECRET";
  const secret = settings.text(variable);
  if (secret !== null && readWebhookSecret(secret) === null)
    settings.problem(variable, `${variable} must be whsec_ and base64 of 24 to 64 bytes.`);
  return {
    secret,
    allowPrivate: settings.flag("COUNTERSIGN_GUARD_ALLOW_PRIVATE"),
    advisorUrl: settings.url("COUNTERSIGN_RISK_ADVISOR_URL", ["https:", "http:"])?.href ?? null,
    advisorTimeoutMs: readAdvisorTimeout(settings),
  };
};

/** The secret of a file, made at the first start, readable by its owner alone. */
const secretOfFile = async (file: string): Promise<string> => {
  const made = `whsec_${randomBytes(32).toString("base64")}`;
  try {
    await writeFile(file, `${made}\n`, { mode: 0o600, flag: "wx" });
    return made;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    return (await readFile(file, "utf8")).trim();
  }
};

/** Opens the way to services outside. `secretFile` is where the secret lies that the operator does not set. */
export const openOutside = async (
  config: OutsideConfig,
  secretFile: string,
  clock: Clock,
  ids: Ids,
): Promise<Outside> => {
  const text = config.secret ?? (await secretOfFile(secretFile));
  const secret = readWebhookSecret(text);
  if (secret === null) throw new Error(`${secretFile} holds no secret that begins with whsec_.`);
  return new Outside({ ...config, secret }, httpPost(clock), clock, ids);
};
