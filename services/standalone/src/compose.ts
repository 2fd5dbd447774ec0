import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { EventStore } from "@countersign/event-store/event-store.ts";
import { openSqliteEventStore } from "@countersign/event-store-sqlite/sqlite-event-store.ts";
import { openOutside } from "@countersign/commander/outside/settings.ts";
import { openGateway } from "@countersign/gateway/open-gateway.ts";
import { openGrantKeys, type GrantKeys } from "@countersign/identity/grant-keys.ts";
import { openDevIssuer, type DevIssuer } from "@countersign/identity/dev-issuer.ts";
import { makeTokenVerifier, type VerifyToken } from "@countersign/identity/jwt.ts";
import type { Bus } from "@countersign/messaging/bus.ts";
import { makeMemoryBus } from "@countersign/messaging-memory/memory-bus.ts";
import { systemClock, type Clock } from "@countersign/runtime/clock.ts";
import { makeIds } from "@countersign/runtime/ids.ts";
import { makeLog, type Log } from "@countersign/runtime/log.ts";
import { makeMetrics } from "@countersign/runtime/metrics.ts";
import { systemRandom } from "@countersign/runtime/random.ts";
import type { RunningService } from "@countersign/runtime/shutdown.ts";
import { makeCommittedPosition } from "./committed-position.ts";
import type { StandaloneConfig } from "./config.ts";
import { measuresOf, notReady } from "./measures.ts";
import { openServices } from "./open-services.ts";
import { signInLink, writeDevTokens } from "./sign-in.ts";

export interface RunningStandalone extends RunningService {
  readonly log: Log;
  /** Where it listens. */
  readonly url: string;
  /** Signs the demo org's admin in; null with an identity provider. */
  readonly signIn: string | null;
}

/** Long enough for read models that were closed cleanly; one that is rebuilt goes on in the background. */
const CATCH_UP_MS = 250;

const openStore = async (
  { eventStore }: StandaloneConfig,
  clock: Clock,
  onFailed: (error: unknown) => void,
  onCommitted: (position: number) => void,
): Promise<EventStore> => {
  if (eventStore.kind === "sqlite")
    // Every event of ours comes straight from `JSON.stringify`.
    return openSqliteEventStore({
      path: eventStore.path,
      checkJson: false,
      onFailed,
      onCommitted,
    });
  const { openEsdbEventStore } = await import("@countersign/event-store-esdb/esdb-event-store.ts");
  return openEsdbEventStore({ connectionString: eventStore.connectionString, clock });
};

const openOuterBus = async (
  nats: NonNullable<StandaloneConfig["nats"]>,
  clock: Clock,
  log: Log,
): Promise<Bus> => {
  const { connectNatsBus } = await import("@countersign/messaging-nats/nats-bus.ts");
  return connectNatsBus({
    servers: nats.servers,
    ...(nats.credsFile === null ? {} : { credsFile: nats.credsFile }),
    name: "countersign",
    inboxPrefix: "_INBOX_countersign",
    log,
    clock,
  });
};

/** Keys lie beside the event store, whose people and approvals they speak for. */
const keyFileIn = ({ eventStore, dataDir }: StandaloneConfig, name: string): string =>
  join(eventStore.kind === "sqlite" ? dirname(eventStore.path) : dataDir, name);

const openOwnIssuer = (config: StandaloneConfig, clock: Clock): Promise<DevIssuer> =>
  openDevIssuer({ keyFile: keyFileIn(config, "dev-key.json"), clock });

const openOwnGrantKeys = (config: StandaloneConfig): Promise<GrantKeys> =>
  openGrantKeys({
    keyFile: config.grantKeyFile ?? keyFileIn(config, "grant-key.json"),
    mustExist: config.grantKeyFile !== null,
  });

const verifierOf = (config: StandaloneConfig, dev: DevIssuer | null, clock: Clock): VerifyToken => {
  if (dev !== null)
    return makeTokenVerifier({ keys: dev.keys, issuer: dev.issuer, audience: dev.audience, clock });
  if (config.issuer === null) throw new Error("no issuer of tokens is configured");
  const { jwksUrl, ...rest } = config.issuer;
  return makeTokenVerifier({ keys: jwksUrl, ...rest, clock });
};

const shown = (host: string, port: number): string =>
  `http://${host.includes(":") ? `[${host}]` : host}:${port}`;

/** The whole product in one process. Rejects, with everything closed again, when it cannot start. */
export const compose = async (config: StandaloneConfig): Promise<RunningStandalone> => {
  const clock = systemClock;
  const log = makeLog("countersign", config.logLevel);
  const storeFailed = Promise.withResolvers<never>();
  storeFailed.promise.catch(() => undefined);
  await using opening = new AsyncDisposableStack();

  const committed = makeCommittedPosition();
  const store = await openStore(config, clock, storeFailed.reject, committed.reached);
  opening.defer(() => store.close());
  // After the store: a second process fails there, before it has touched anything.
  mkdirSync(config.dataDir, { recursive: true });
  const inner = makeMemoryBus({
    clock,
    failed: (err, subject) => log.error({ err, subject }, "a message could not be handled"),
  });
  opening.defer(() => inner.close());
  const outer = config.nats === null ? inner : await openOuterBus(config.nats, clock, log);
  if (outer !== inner) opening.defer(() => outer.close());

  const dev = config.issuer === null ? await openOwnIssuer(config, clock) : null;
  const ids = makeIds(clock, systemRandom);
  const services = opening.use(
    await openServices({
      store,
      storeFile:
        config.eventStore.kind === "sqlite" ? { path: config.eventStore.path, committed } : null,
      inner,
      outer,
      dataDir: config.dataDir,
      clock,
      ids,
      log,
      logLevel: config.logLevel,
      firstAdmin: config.firstAdmin,
      withDemoOrg: dev !== null,
      grants: await openOwnGrantKeys(config),
      outside: await openOutside(config.outside, keyFileIn(config, "guard-secret"), clock, ids),
      stuckAfterMs: config.stuckAfterMs,
    }),
  );
  const tokens = dev === null ? null : await writeDevTokens(config.dataDir, dev);
  const publicUrl = config.publicUrl ?? shown(config.host, config.port);
  const gateway = await openGateway({
    bus: inner,
    verify: verifierOf(config, dev, clock),
    ...(dev === null ? {} : { dev }),
    clock,
    log,
    publicUrl,
    rateLimit: config.rateLimit,
    metrics: () => metrics.text(),
    notReady: () => notReady(services),
  });
  opening.defer(() => gateway.close());
  const metrics = makeMetrics("standalone", measuresOf(services));
  await settledWithin(clock, CATCH_UP_MS, services.projector.live);
  const { host, port } = await gateway.listen(config.host, config.port);

  const stack = opening.move();
  let closing: Promise<void> | undefined;
  const url = shown(host, port);
  return {
    log,
    url,
    signIn: tokens === null ? null : signInLink(config.publicUrl ?? url, tokens["ana"] ?? ""),
    failed: Promise.race([storeFailed.promise, services.failed]),
    close: () => (closing ??= stack.disposeAsync()),
  };
};

/** Waits for `work`, at most `ms`; what becomes of it is not asked. */
const settledWithin = async (clock: Clock, ms: number, work: Promise<unknown>): Promise<void> => {
  const over = Promise.withResolvers<void>();
  const cancel = clock.after(ms, over.resolve);
  await Promise.race([work.catch(() => undefined), over.promise]);
  cancel();
};
