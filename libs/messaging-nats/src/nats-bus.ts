/**
 * The bus over NATS with JetStream. Works with 2.9.10 and later: nothing newer is asked for.
 * Loading the driver takes some 75 ms: import this file when a broker is configured, not before.
 */
import { readFile } from "node:fs/promises";
import type { Bus, BusSubscription, Reply, RequestOptions } from "@countersign/messaging/bus.ts";
import { BusUnavailable } from "@countersign/messaging/errors.ts";
import type { LeaseRegister } from "@countersign/messaging/lease-register.ts";
import { retryDelayMs } from "@countersign/messaging/streams.ts";
import type { Clock } from "@countersign/runtime/clock.ts";
import { systemClock } from "@countersign/runtime/clock.ts";
import { connect, credsAuthenticator, type NatsConnection } from "nats";
import { BrokerStreams } from "./broker-streams.ts";
import { Consumer } from "./consumer.ts";
import { makeKvLeaseRegister } from "./kv-lease-register.ts";
import { type BusLog, Link, silentLog } from "./link.ts";
import { toPortError } from "./nats-errors.ts";
import { fromNats, toNats } from "./nats-headers.ts";
import { Publisher } from "./publisher.ts";
import { Responder } from "./responder.ts";

export interface NatsBusOptions {
  /** `nats://host:4222`, one or several. */
  readonly servers: string | readonly string[];
  /** Path of a `.creds` file. */
  readonly credsFile?: string;
  /** Shown by the broker: the service's name. */
  readonly name: string;
  /**
   * First tokens of the service's reply subjects, `_INBOX_gateway`. Any client that may subscribe to a prefix can
   * read the replies under it, so every service has its own.
   */
  readonly inboxPrefix: string;
  readonly log?: BusLog;
  readonly clock?: Clock;
  /** Milliseconds before the delivery that follows the nth; default `retryDelayMs`. */
  readonly retryDelay?: (deliveries: number) => number;
  /** Milliseconds after which `publish` gives up on a broker that is away; default 10,000. */
  readonly publishGiveUpMs?: number;
  /** Copies of each stream that is made, in a cluster; default 1. */
  readonly replicas?: number;
  /** Wait for a broker that is not there yet, instead of failing; default false. */
  readonly waitForBroker?: boolean;
}

/** The bus, and what else of the same connection is asked for. */
export interface NatsBus extends Bus {
  /** The register of a lease that the members of this deployment contend for. */
  leaseRegister(key: string): LeaseRegister;
}

/** Milliseconds between pings; after two without an answer the link counts as broken. */
const PING_MS = 5_000;
/** Milliseconds to wait for JetStream when a stream or consumer is looked up or made. */
const ADMIN_MS = 2_000;

const open = async (options: NatsBusOptions): Promise<NatsConnection> => {
  const creds = options.credsFile === undefined ? undefined : await readFile(options.credsFile);
  return connect({
    servers: typeof options.servers === "string" ? options.servers : [...options.servers],
    name: options.name,
    inboxPrefix: options.inboxPrefix,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    ignoreAuthErrorAbort: true,
    waitOnFirstConnect: options.waitForBroker ?? false,
    pingInterval: PING_MS,
    maxPingOut: 2,
    ...(creds === undefined ? {} : { authenticator: credsAuthenticator(creds) }),
  });
};

/**
 * Connects, makes missing streams, and stays connected: reconnects forever and makes the streams again.
 * Throws `BusUnavailable` when no broker answers, or one without JetStream.
 */
export const connectNatsBus = async (options: NatsBusOptions): Promise<NatsBus> => {
  const { log = silentLog, clock = systemClock, retryDelay = retryDelayMs } = options;
  const where = String(options.servers);
  let nc: NatsConnection;
  try {
    nc = await open(options);
  } catch (failure) {
    throw new BusUnavailable(`no connection to NATS at ${where}`, { cause: failure });
  }
  const link = new Link(nc, clock, log);
  const js = nc.jetstream();
  let streams: BrokerStreams;
  let parts: ConstructorParameters<typeof Consumer>[0];
  try {
    const jsm = await nc.jetstreamManager({ timeout: ADMIN_MS });
    streams = new BrokerStreams(jsm, options.replicas ?? 1);
    await streams.ensure();
    const { inboxPrefix } = options;
    parts = { link, jsm, streams, inboxPrefix, retryDelay };
  } catch (failure) {
    await nc.close();
    throw new BusUnavailable(`JetStream of NATS at ${where} cannot be used`, { cause: failure });
  }
  link.onChange(() => {
    if (link.closed) return;
    // JetStream may start later than the broker itself; then publishing or consuming makes them.
    streams.ensure().catch((failure: unknown) => log.warn({ err: failure }, "no streams yet"));
  });
  const publisher = new Publisher(link, js, streams, options.publishGiveUpMs ?? 10_000);
  const subscriptions = new Set<BusSubscription>();
  let closing: Promise<void> | undefined;

  const tracked = (inner: BusSubscription): BusSubscription => {
    const subscription: BusSubscription = {
      ready: inner.ready,
      close: () => {
        subscriptions.delete(subscription);
        return inner.close();
      },
    };
    subscriptions.add(subscription);
    return subscription;
  };

  const mustBeOpen = (): void => {
    if (closing !== undefined || link.closed) throw new BusUnavailable("the bus is closed");
  };

  const ask = async (subject: string, body: string, asked: RequestOptions): Promise<Reply> => {
    mustBeOpen();
    if (!link.connected) throw new BusUnavailable("the broker cannot be reached");
    const headers = toNats(asked.headers);
    const timeout = Math.max(1, asked.timeoutMs);
    const reply = await nc.request(subject, body, { timeout, ...(headers ? { headers } : {}) });
    return { headers: fromNats(reply.headers), body: reply.string() };
  };

  const closeAll = async (): Promise<void> => {
    await Promise.all([...subscriptions].map((subscription) => subscription.close()));
    if (link.connected) await nc.drain().catch(() => nc.close());
    else await nc.close();
  };

  return {
    async request(subject, body, asked) {
      try {
        return await ask(subject, body, asked);
      } catch (failure) {
        throw toPortError(failure, subject);
      }
    },

    serve(subject, group, handler) {
      mustBeOpen();
      return tracked(new Responder(link, subject, group, handler));
    },

    async publish(publication) {
      mustBeOpen();
      return publisher.publish(publication);
    },

    consume(consumed, handler) {
      mustBeOpen();
      return tracked(new Consumer(parts, consumed, handler));
    },

    async live(subject, handler) {
      mustBeOpen();
      const subscription = nc.subscribe(subject, {
        callback: (failure, message) => {
          if (failure) {
            log.error({ err: failure, subject }, "the subject cannot be listened to");
            return;
          }
          const { headers } = message;
          try {
            handler({
              subject: message.subject,
              headers: fromNats(headers),
              body: message.string(),
            });
          } catch (thrown) {
            log.error({ err: thrown, subject: message.subject }, "a listener failed");
          }
        },
      });
      try {
        await nc.flush();
      } catch (failure) {
        throw toPortError(failure, subject);
      }
      const close = async (): Promise<void> => {
        if (!subscription.isClosed()) subscription.unsubscribe();
      };
      return tracked({ ready: Promise.resolve(), close });
    },

    leaseRegister: (key) => makeKvLeaseRegister(nc, key, options.replicas ?? 1),

    connected: () => link.connected,

    close() {
      closing ??= closeAll();
      return closing;
    },
  };
};
