import type { FirstAdmin } from "@countersign/commander/bootstrap-admin.ts";
import { readBootstrapAdmin } from "@countersign/commander/config.ts";
import { readOutside, type OutsideConfig } from "@countersign/commander/outside/settings.ts";
import type { ClaimNames } from "@countersign/identity/jwt.ts";
import {
  readSettings,
  type Configured,
  type Environment,
  type Settings,
} from "@countersign/runtime/config.ts";
import {
  readEventStore,
  readNats,
  readStuckAfter,
  type EventStoreSetting,
  type NatsSetting,
} from "@countersign/runtime/settings-of-services.ts";
import type { LogLevel } from "@countersign/runtime/log.ts";

export interface ExternalIssuer {
  readonly jwksUrl: URL;
  readonly issuer: string;
  readonly audience: string;
  readonly claims: ClaimNames;
}

/** What the whole product in one process needs to know. */
export interface StandaloneConfig {
  readonly eventStore: EventStoreSetting;
  readonly nats: NatsSetting | null;
  readonly dataDir: string;
  readonly host: string;
  readonly port: number;
  /** Null: where it listens. */
  readonly publicUrl: string | null;
  /** Null: tokens are our own, for trying things out. */
  readonly issuer: ExternalIssuer | null;
  readonly firstAdmin: FirstAdmin | null;
  /** Requests a minute for each credential; null: no limit. */
  readonly rateLimit: number | null;
  /** File of the key that signs grants; null: `grant-key.json` beside the event store, made when it is missing. */
  readonly grantKeyFile: string | null;
  readonly stuckAfterMs: number;
  /** Workflow guards and the risk advisor. */
  readonly outside: OutsideConfig;
  readonly logLevel: LogLevel;
}

const LOOPBACK = /^(?:localhost|::1|127\.\d{1,3}\.\d{1,3}\.\d{1,3})$/;

const readIssuer = (settings: Settings): ExternalIssuer | null => {
  const names = ["JWKS_URL", "ISSUER", "AUDIENCE"].map((name) => `COUNTERSIGN_AUTH_${name}`);
  const missing = names.filter((name) => settings.text(name) === null);
  for (const name of missing)
    if (missing.length < names.length)
      settings.problem(name, `${name} is missing: ${names.join(", ")} are set together.`);
  const jwksUrl = settings.url("COUNTERSIGN_AUTH_JWKS_URL", ["https:", "http:"]);
  if (missing.length > 0 || jwksUrl === null) return null;
  return {
    jwksUrl,
    issuer: settings.text("COUNTERSIGN_AUTH_ISSUER") ?? "",
    audience: settings.text("COUNTERSIGN_AUTH_AUDIENCE") ?? "",
    claims: {
      org: settings.text("COUNTERSIGN_AUTH_ORG_CLAIM") ?? "org",
      subject: settings.text("COUNTERSIGN_AUTH_SUBJECT_CLAIM") ?? "sub",
      kind: settings.text("COUNTERSIGN_AUTH_KIND_CLAIM") ?? "kind",
    },
  };
};

const readRateLimit = (settings: Settings, fallback: number | null): number | null => {
  const variable = "COUNTERSIGN_RATE_LIMIT";
  const text = settings.text(variable);
  if (text === null) return fallback;
  if (text === "off") return null;
  if (!/^[1-9]\d{0,8}$/.test(text))
    settings.problem(variable, `${variable} must be a number of requests a minute, or off.`);
  return Number(text);
};

/** Checks all settings together: either a config, or every problem as a sentence. */
export const readConfig = (environment: Environment): Configured<StandaloneConfig> =>
  readSettings(environment, (settings) => {
    const address = settings.address("COUNTERSIGN_HTTP", "127.0.0.1:4400");
    const issuer = readIssuer(settings);
    const isOpen = settings.flag("COUNTERSIGN_DEV_OPEN");
    if (issuer === null && address.host !== "" && !LOOPBACK.test(address.host) && !isOpen)
      settings.problem(
        "COUNTERSIGN_HTTP",
        `COUNTERSIGN_HTTP is ${address.host}:${address.port}, which others reach, and development mode gives everybody tokens: listen on 127.0.0.1, name your identity provider, or set COUNTERSIGN_DEV_OPEN=yes.`,
      );
    return {
      ...address,
      eventStore: readEventStore(settings, "sqlite:./data/events.db"),
      nats: readNats(settings),
      dataDir: settings.text("COUNTERSIGN_DATA") ?? "./data",
      publicUrl:
        settings.url("COUNTERSIGN_PUBLIC_URL", ["http:", "https:"])?.href.replace(/\/+$/, "") ??
        null,
      issuer,
      firstAdmin: readBootstrapAdmin(settings),
      rateLimit: readRateLimit(settings, issuer === null ? null : 6_000),
      grantKeyFile: settings.text("COUNTERSIGN_GRANT_KEY"),
      stuckAfterMs: readStuckAfter(settings),
      outside: readOutside(settings),
      logLevel: settings.logLevel(),
    };
  });
