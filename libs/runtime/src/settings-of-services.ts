import type { Settings } from "./config.ts";

/** Where events are: an SQLite file, or an EventStoreDB. */
export type EventStoreSetting =
  | { readonly kind: "sqlite"; readonly path: string }
  | { readonly kind: "esdb"; readonly connectionString: string };

export interface NatsSetting {
  readonly servers: readonly string[];
  readonly credsFile: string | null;
}

/** `COUNTERSIGN_EVENT_STORE`: `sqlite:<file>` or `esdb://host:port`; an empty `fallback` makes it required. */
export const readEventStore = (settings: Settings, fallback: string): EventStoreSetting => {
  const variable = "COUNTERSIGN_EVENT_STORE";
  const text = settings.text(variable) ?? fallback;
  if (text.startsWith("sqlite:") && text.length > "sqlite:".length)
    return { kind: "sqlite", path: text.slice("sqlite:".length) };
  if (/^esdb(?:\+discover)?:\/\/./.test(text)) return { kind: "esdb", connectionString: text };
  settings.problem(
    variable,
    text === ""
      ? `${variable} is missing: where EventStoreDB is, such as esdb://127.0.0.1:2113?tls=false.`
      : `${variable} must be sqlite:<file> or esdb://host:port; it begins with "${text.slice(0, 12)}".`,
  );
  return { kind: "esdb", connectionString: "" };
};

/** `COUNTERSIGN_EVENT_STORE` of a service that runs on its own: the embedded store belongs to one process. */
export const readSharedEventStore = (settings: Settings): string => {
  const store = readEventStore(settings, "");
  if (store.kind === "esdb") return store.connectionString;
  settings.problem(
    "COUNTERSIGN_EVENT_STORE",
    "COUNTERSIGN_EVENT_STORE must be an EventStoreDB (esdb://host:port): the embedded store belongs to one process, npm start.",
  );
  return "";
};

/** `COUNTERSIGN_NATS` and `COUNTERSIGN_NATS_CREDS`; null when no broker is named. */
export const readNats = (settings: Settings): NatsSetting | null => {
  const variable = "COUNTERSIGN_NATS";
  const credsFile = settings.text("COUNTERSIGN_NATS_CREDS");
  const servers = (settings.text(variable) ?? "")
    .split(",")
    .map((server) => server.trim())
    .filter((server) => server !== "");
  if (servers.length === 0) {
    if (credsFile !== null)
      settings.problem(
        "COUNTERSIGN_NATS_CREDS",
        `COUNTERSIGN_NATS_CREDS is set and ${variable} is not.`,
      );
    return null;
  }
  for (const server of servers)
    if (!/^(?:nats|tls):\/\/[^/\s]+$/.test(server))
      settings.problem(variable, `${variable} must be nats://host:port; it is "${server}".`);
  return { servers, credsFile };
};

/** The same, for a service that cannot be without. */
export const readRequiredNats = (settings: Settings): NatsSetting => {
  const nats = readNats(settings);
  if (nats === null)
    settings.required(
      "COUNTERSIGN_NATS",
      "services of their own reach each other over NATS, such as nats://127.0.0.1:4222",
    );
  return nats ?? { servers: [], credsFile: null };
};

/** What every service of its own but the gateway is configured with. */
export interface BackgroundConfig {
  readonly eventStore: string;
  readonly nats: NatsSetting;
  /** Folder of read models and checkpoints. */
  readonly dataDir: string;
  /** Where health and metrics are answered. */
  readonly host: string;
  readonly port: number;
  readonly logLevel: ReturnType<Settings["logLevel"]>;
}

/** Reads it; `port` is the service's own on loopback when `COUNTERSIGN_HTTP` is not set. */
export const readBackgroundConfig = (settings: Settings, port: number): BackgroundConfig => ({
  eventStore: readSharedEventStore(settings),
  nats: readRequiredNats(settings),
  dataDir: settings.text("COUNTERSIGN_DATA") ?? "./data",
  ...settings.address("COUNTERSIGN_HTTP", `127.0.0.1:${port}`),
  logLevel: settings.logLevel(),
});

const units: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** `COUNTERSIGN_STUCK_AFTER`: how long an approved request may wait for whoever runs it, in milliseconds; default 15 min. */
export const readStuckAfter = (settings: Settings): number => {
  const variable = "COUNTERSIGN_STUCK_AFTER";
  const text = settings.text(variable) ?? "15m";
  const [, digits = "", unit = ""] = /^([1-9]\d{0,5})([smhd])$/.exec(text) ?? [];
  const ms = Number(digits) * (units[unit] ?? 0);
  if (ms === 0)
    settings.problem(variable, `${variable} must be a time such as 90s, 15m, 2h or 1d.`);
  return ms;
};
