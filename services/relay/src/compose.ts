import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { openEsdbEventStore } from "@countersign/event-store-esdb/esdb-event-store.ts";
import { watchOutages } from "@countersign/event-store-esdb/outages.ts";
import { connectWhenThere } from "@countersign/messaging-nats/connect-when-there.ts";
import { systemClock } from "@countersign/runtime/clock.ts";
import { makeLog, type Log } from "@countersign/runtime/log.ts";
import { makeMetrics } from "@countersign/runtime/metrics.ts";
import { openEarlyOperations } from "@countersign/runtime/early-operations.ts";
import type { BackgroundConfig } from "@countersign/runtime/settings-of-services.ts";
import type { RunningService } from "@countersign/runtime/shutdown.ts";
import { openCheckpoints } from "@countersign/subscriptions/checkpoints.ts";
import { measuresOf } from "./measures.ts";
import { startRelay } from "./relay.ts";

export interface ComposedRelay extends RunningService {
  readonly log: Log;
  /** Where health and metrics are answered. */
  readonly url: string;
}

/** A relay in a process of its own, over EventStoreDB and NATS. Rejects when it cannot start. */
export const compose = async (
  config: BackgroundConfig,
  stopping: AbortSignal,
): Promise<ComposedRelay> => {
  const { eventStore, nats, dataDir, host, port, logLevel } = config;
  const log = makeLog("relay", logLevel);
  const clock = systemClock;
  await using opening = new AsyncDisposableStack();
  const operations = await openEarlyOperations({ host, port, service: "relay" });
  opening.defer(() => operations.close());
  const outages = watchOutages(clock, log);
  mkdirSync(dataDir, { recursive: true });
  const checkpoints = openCheckpoints(join(dataDir, "checkpoints.db"));
  opening.defer(() => checkpoints.close());
  const store = openEsdbEventStore({
    connectionString: eventStore,
    clock,
    metrics: outages.metrics,
  });
  opening.defer(() => store.close());
  const bus = await connectWhenThere(
    {
      servers: nats.servers,
      ...(nats.credsFile === null ? {} : { credsFile: nats.credsFile }),
      name: "countersign-relay",
      inboxPrefix: "_INBOX_relay",
      log,
      clock,
    },
    operations.waitsFor,
    stopping,
  );
  opening.defer(() => bus.close());
  const relay = startRelay({ store, bus, checkpoint: checkpoints.of("relay"), clock, log });
  opening.defer(() => relay.close());
  operations.serves(
    () => [
      ...outages.notReady(),
      ...(relay.isLive() ? [] : ["Events of the past are still being published."]),
      ...(bus.connected() ? [] : ["The broker cannot be reached."]),
    ],
    makeMetrics("relay", measuresOf(relay)),
  );
  const stack = opening.move();
  let closing: Promise<void> | undefined;
  return {
    log,
    url: operations.url,
    failed: relay.failed,
    close: () => (closing ??= stack.disposeAsync()),
  };
};
