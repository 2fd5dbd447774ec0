import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { openEsdbEventStore } from "@countersign/event-store-esdb/esdb-event-store.ts";
import { watchOutages } from "@countersign/event-store-esdb/outages.ts";
import { connectWhenThere } from "@countersign/messaging-nats/connect-when-there.ts";
import { DueProjection } from "@countersign/read-models/due/due-projection.ts";
import { systemClock } from "@countersign/runtime/clock.ts";
import { makeLog, type Log } from "@countersign/runtime/log.ts";
import { makeMetrics } from "@countersign/runtime/metrics.ts";
import { openEarlyOperations } from "@countersign/runtime/early-operations.ts";
import type { RunningService } from "@countersign/runtime/shutdown.ts";
import type { SchedulerConfig } from "./config.ts";
import { holdLease } from "./lease.ts";
import { measuresOf } from "./measures.ts";
import { nextRun } from "./next-run.ts";
import { Scheduler } from "./scheduler.ts";

export interface ComposedScheduler extends RunningService {
  readonly log: Log;
  /** Where health and metrics are answered. */
  readonly url: string;
}

/** A scheduler in a process of its own, over EventStoreDB and NATS. Rejects when it cannot start. */
export const compose = async (
  config: SchedulerConfig,
  stopping: AbortSignal,
): Promise<ComposedScheduler> => {
  const { eventStore, nats, dataDir, host, port, logLevel } = config;
  const log = makeLog("scheduler", logLevel);
  const clock = systemClock;
  await using opening = new AsyncDisposableStack();
  const operations = await openEarlyOperations({ host, port, service: "scheduler" });
  opening.defer(() => operations.close());
  const outages = watchOutages(clock, log);
  mkdirSync(dataDir, { recursive: true });
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
      name: "countersign-scheduler",
      inboxPrefix: "_INBOX_scheduler",
      log,
      clock,
    },
    operations.waitsFor,
    stopping,
  );
  opening.defer(() => bus.close());
  const due = new DueProjection({
    path: join(dataDir, "read-due.db"),
    stuckAfterMs: config.stuckAfterMs,
    nextRun,
  });
  const lease = holdLease({
    register: bus.leaseRegister("scheduler"),
    holder: `${hostname()}-${process.pid}-${randomUUID()}`,
    clock,
  });
  opening.defer(() => lease.close());
  lease.onChange(() =>
    log.info({}, lease.leads() ? "this scheduler publishes now" : "another scheduler publishes"),
  );
  const scheduler = new Scheduler({ store, bus, due, clock, log, lease });
  opening.defer(() => scheduler.close());
  operations.serves(
    () => [
      ...(scheduler.isLive() ? [] : [...outages.notReady(), "Timers are still being planned."]),
      ...(bus.connected() ? [] : ["The broker cannot be reached."]),
    ],
    makeMetrics("scheduler", measuresOf(scheduler)),
  );
  const stack = opening.move();
  let closing: Promise<void> | undefined;
  return {
    log,
    url: operations.url,
    failed: scheduler.failed,
    close: () => (closing ??= stack.disposeAsync()),
  };
};
