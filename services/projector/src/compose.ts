import { businessTimeFrom } from "@countersign/business-time/business-time.ts";
import { evaluateExpression } from "@countersign/definitions/expression.ts";
import { openEsdbEventStore } from "@countersign/event-store-esdb/esdb-event-store.ts";
import { watchOutages } from "@countersign/event-store-esdb/outages.ts";
import { connectWhenThere } from "@countersign/messaging-nats/connect-when-there.ts";
import { systemClock } from "@countersign/runtime/clock.ts";
import { makeLog, type Log } from "@countersign/runtime/log.ts";
import { makeMetrics } from "@countersign/runtime/metrics.ts";
import { openEarlyOperations } from "@countersign/runtime/early-operations.ts";
import type { RunningService } from "@countersign/runtime/shutdown.ts";
import { zoneDataVersion } from "@countersign/runtime/zone-data.ts";
import type { ProjectorConfig } from "./config.ts";
import { measuresOf } from "./measures.ts";
import { openProjector } from "./projector.ts";

export interface ComposedProjector extends RunningService {
  readonly log: Log;
  /** Where health and metrics are answered. */
  readonly url: string;
}

/** A projector in a process of its own, over EventStoreDB and NATS. It waits for those that are not there yet. Rejects when the address is taken. */
export const compose = async (
  config: ProjectorConfig,
  stopping: AbortSignal,
): Promise<ComposedProjector> => {
  const { eventStore, nats, dataDir, host, port, logLevel, only } = config;
  const log = makeLog("projector", logLevel);
  const clock = systemClock;
  await using opening = new AsyncDisposableStack();
  const operations = await openEarlyOperations({ host, port, service: "projector" });
  opening.defer(() => operations.close());
  const outages = watchOutages(clock, log);
  const bus = await connectWhenThere(
    {
      servers: nats.servers,
      ...(nats.credsFile === null ? {} : { credsFile: nats.credsFile }),
      name: "countersign-projector",
      inboxPrefix: "_INBOX_projector",
      log,
      clock,
    },
    operations.waitsFor,
    stopping,
  );
  opening.defer(() => bus.close());
  const store = openEsdbEventStore({
    connectionString: eventStore,
    clock,
    metrics: outages.metrics,
  });
  opening.defer(() => store.close());
  const projector = openProjector({
    store,
    bus,
    dataDir,
    clock,
    log,
    evaluateExpression,
    businessTimeOf: businessTimeFrom(zoneDataVersion()),
    only,
  });
  opening.defer(() => projector.close());
  operations.serves(
    () => [
      ...(projector.ready() ? [] : [...outages.notReady(), "the projector has not caught up"]),
      ...projector.running
        .filter((projection) => !projection.isLive())
        .map(({ name }) => `the read model ${name} has not caught up`),
      ...(bus.connected() ? [] : ["the broker cannot be reached"]),
    ],
    makeMetrics("projector", measuresOf(projector.running)),
  );
  const stack = opening.move();
  return {
    log,
    url: operations.url,
    failed: projector.failed,
    close: () => stack.disposeAsync(),
  };
};
