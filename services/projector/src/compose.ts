import { businessTimeFrom } from "@countersign/business-time/business-time.ts";
import { evaluateExpression } from "@countersign/definitions/expression.ts";
import { openEsdbEventStore } from "@countersign/event-store-esdb/esdb-event-store.ts";
import { connectNatsBus } from "@countersign/messaging-nats/nats-bus.ts";
import { systemClock } from "@countersign/runtime/clock.ts";
import { makeLog, type Log } from "@countersign/runtime/log.ts";
import { makeMetrics } from "@countersign/runtime/metrics.ts";
import { openOperationsServer } from "@countersign/runtime/operations-server.ts";
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

/** A projector in a process of its own, over EventStoreDB and NATS. Rejects when one cannot be reached, or the address is taken. */
export const compose = async (config: ProjectorConfig): Promise<ComposedProjector> => {
  const { eventStore, nats, dataDir, host, port, logLevel, only } = config;
  const log = makeLog("projector", logLevel);
  const clock = systemClock;
  await using opening = new AsyncDisposableStack();
  const bus = await connectNatsBus({
    servers: nats.servers,
    ...(nats.credsFile === null ? {} : { credsFile: nats.credsFile }),
    name: "countersign-projector",
    inboxPrefix: "_INBOX_projector",
    log,
    clock,
  });
  opening.defer(() => bus.close());
  const store = openEsdbEventStore({ connectionString: eventStore, clock });
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
  const operations = await openOperationsServer({
    host,
    port,
    notReady: () => [
      ...(projector.ready() ? [] : ["the projector has not caught up"]),
      ...projector.running
        .filter((projection) => !projection.isLive())
        .map(({ name }) => `the read model ${name} has not caught up`),
      ...(bus.connected() ? [] : ["the broker cannot be reached"]),
    ],
    metrics: makeMetrics("projector", measuresOf(projector)),
  });
  opening.defer(() => operations.close());
  const stack = opening.move();
  const shownHost = operations.host.includes(":") ? `[${operations.host}]` : operations.host;
  return {
    log,
    url: `http://${shownHost}:${operations.port}`,
    failed: projector.failed,
    close: () => stack.disposeAsync(),
  };
};
