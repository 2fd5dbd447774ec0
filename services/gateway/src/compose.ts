import { makeTokenVerifier } from "@countersign/identity/jwt.ts";
import { connectWhenThere } from "@countersign/messaging-nats/connect-when-there.ts";
import { systemClock } from "@countersign/runtime/clock.ts";
import { openEarlyOperations } from "@countersign/runtime/early-operations.ts";
import { makeLog, type Log } from "@countersign/runtime/log.ts";
import type { RunningService } from "@countersign/runtime/shutdown.ts";
import type { GatewayConfig } from "./config.ts";
import { openGateway } from "./open-gateway.ts";

export interface ComposedGateway extends RunningService {
  readonly log: Log;
  /** Where it listens. */
  readonly url: string;
}

/** A gateway in a process of its own, over NATS. It waits for a broker that is not there yet. Rejects when the port is taken. */
export const compose = async (
  config: GatewayConfig,
  stopping: AbortSignal,
): Promise<ComposedGateway> => {
  const { host, port, publicUrl, nats, auth, rateLimit, logLevel } = config;
  const log = makeLog("gateway", logLevel);
  const clock = systemClock;
  await using opening = new AsyncDisposableStack();
  // Its own address answers health and readiness until the broker is there.
  const operations = await openEarlyOperations({ host, port, service: "gateway" });
  opening.defer(() => operations.close());
  const bus = await connectWhenThere(
    {
      servers: nats.servers,
      ...(nats.credsFile === null ? {} : { credsFile: nats.credsFile }),
      name: "countersign-gateway",
      inboxPrefix: "_INBOX_gateway",
      log,
      clock,
    },
    operations.waitsFor,
    stopping,
  );
  opening.defer(() => bus.close());
  const { jwksUrl, issuer, audience, claims } = auth;
  const gateway = await openGateway({
    bus,
    verify: makeTokenVerifier({ keys: jwksUrl, issuer, audience, claims, clock }),
    clock,
    log,
    publicUrl,
    rateLimit,
  });
  opening.defer(() => gateway.close());
  await operations.close();
  const address = await gateway.listen(host, port);
  const stack = opening.move();
  let closing: Promise<void> | undefined;
  const shownHost = address.host.includes(":") ? `[${address.host}]` : address.host;
  return {
    url: `http://${shownHost}:${address.port}`,
    log,
    // It holds nothing that could fail for good: a broker that is away is waited for.
    failed: new Promise<never>(() => undefined),
    close: () => (closing ??= stack.disposeAsync()),
  };
};
