import type { ClaimNames } from "@countersign/identity/jwt.ts";
import { defaultClaims } from "@countersign/identity/jwt.ts";

/** What a gateway in a process of its own needs to know. */
export interface GatewayConfig {
  readonly host: string;
  readonly port: number;
  readonly publicUrl: string;
  readonly nats: { readonly servers: readonly string[]; readonly credsFile: string | null };
  readonly auth: {
    readonly jwksUrl: URL;
    readonly issuer: string;
    readonly audience: string;
    readonly claims: ClaimNames;
  };
  /** Requests a minute for each credential; null: no limit. */
  readonly rateLimit: number | null;
  readonly logLevel: "debug" | "info" | "warn" | "error" | "silent";
}

export type Environment = Readonly<Record<string, string | undefined>>;

const LEVELS = ["debug", "info", "warn", "error", "silent"] as const;

/** Reads `host:port`, with `[…]` around an IPv6 address. Undefined when it is none. */
export const readAddress = (text: string): { host: string; port: number } | undefined => {
  const [, six, four, digits = ""] =
    /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = six ?? four;
  const port = Number(digits);
  return host === undefined || digits === "" || port > 65_535 ? undefined : { host, port };
};

const urlOf = (text: string, protocols: readonly string[]): URL | undefined => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && protocols.includes(url.protocol) ? url : undefined;
};

/** Checks all settings together: either a config, or every problem as a sentence. */
export const readConfig = (
  environment: Environment,
):
  | { readonly ok: true; readonly config: GatewayConfig }
  | { readonly ok: false; readonly problems: readonly string[] } => {
  const problems: string[] = [];
  const value = (name: string): string | undefined => {
    const text = environment[name]?.trim();
    return text === "" ? undefined : text;
  };
  const required = (name: string, why: string): string => {
    const text = value(name);
    if (text === undefined) problems.push(`${name} is missing: ${why}.`);
    return text ?? "";
  };
  const checkedUrl = (
    name: string,
    text: string,
    protocols: readonly string[],
  ): URL | undefined => {
    const url = urlOf(text, protocols);
    if (text !== "" && url === undefined) {
      problems.push(`${name} must be a URL that begins with ${protocols.join(" or ")}//.`);
    }
    return url;
  };

  const http = value("COUNTERSIGN_HTTP") ?? "127.0.0.1:4400";
  const address = readAddress(http);
  if (address === undefined) {
    problems.push(`COUNTERSIGN_HTTP must be host:port, such as 127.0.0.1:4400; it is "${http}".`);
  }
  const publicUrl = value("COUNTERSIGN_PUBLIC_URL") ?? `http://${http}`;
  checkedUrl("COUNTERSIGN_PUBLIC_URL", publicUrl, ["http:", "https:"]);

  const servers = required(
    "COUNTERSIGN_NATS",
    "a gateway of its own reaches the other services over NATS, such as nats://127.0.0.1:4222",
  )
    .split(",")
    .map((server) => server.trim());
  for (const server of servers) checkedUrl("COUNTERSIGN_NATS", server, ["nats:", "tls:"]);

  const provider = "tokens come from your identity provider (dev tokens are for npm start only)";
  const jwksUrl = checkedUrl(
    "COUNTERSIGN_AUTH_JWKS_URL",
    required("COUNTERSIGN_AUTH_JWKS_URL", provider),
    ["https:", "http:"],
  );
  const issuer = required("COUNTERSIGN_AUTH_ISSUER", provider);
  const audience = required("COUNTERSIGN_AUTH_AUDIENCE", provider);

  const limit = value("COUNTERSIGN_RATE_LIMIT") ?? "6000";
  if (!/^(?:off|[1-9]\d{0,8})$/.test(limit)) {
    problems.push("COUNTERSIGN_RATE_LIMIT must be a number of requests a minute, or off.");
  }
  const level = value("COUNTERSIGN_LOG_LEVEL") ?? "info";
  const logLevel = LEVELS.find((known) => known === level);
  if (logLevel === undefined) {
    problems.push(`COUNTERSIGN_LOG_LEVEL must be one of ${LEVELS.join(", ")}.`);
  }

  if (
    problems.length > 0 ||
    address === undefined ||
    jwksUrl === undefined ||
    logLevel === undefined
  ) {
    return { ok: false, problems };
  }
  return {
    ok: true,
    config: {
      ...address,
      publicUrl: publicUrl.replace(/\/+$/, ""),
      nats: { servers, credsFile: value("COUNTERSIGN_NATS_CREDS") ?? null },
      auth: {
        jwksUrl,
        issuer,
        audience,
        claims: {
          org: value("COUNTERSIGN_AUTH_ORG_CLAIM") ?? defaultClaims.org,
          subject: value("COUNTERSIGN_AUTH_SUBJECT_CLAIM") ?? defaultClaims.subject,
          kind: value("COUNTERSIGN_AUTH_KIND_CLAIM") ?? defaultClaims.kind,
        },
      },
      rateLimit: limit === "off" ? null : Number(limit),
      logLevel,
    },
  };
};
