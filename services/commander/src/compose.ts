import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { businessTimeFrom } from "@countersign/business-time/business-time.ts";
import { evaluateExpression } from "@countersign/definitions/expression.ts";
import { openGrantKeys } from "@countersign/identity/grant-keys.ts";
import { openEsdbEventStore } from "@countersign/event-store-esdb/esdb-event-store.ts";
import { watchOutages } from "@countersign/event-store-esdb/outages.ts";
import { connectWhenThere } from "@countersign/messaging-nats/connect-when-there.ts";
import { systemClock } from "@countersign/runtime/clock.ts";
import { makeIds } from "@countersign/runtime/ids.ts";
import { makeLog, type Log } from "@countersign/runtime/log.ts";
import { makeMetrics } from "@countersign/runtime/metrics.ts";
import { openEarlyOperations } from "@countersign/runtime/early-operations.ts";
import { systemRandom } from "@countersign/runtime/random.ts";
import type { RunningService } from "@countersign/runtime/shutdown.ts";
import { zoneDataVersion } from "@countersign/runtime/zone-data.ts";
import { openCheckpoints } from "@countersign/subscriptions/checkpoints.ts";
import { ensureFirstAdmin } from "./bootstrap-admin.ts";
import { openCommander } from "./commander.ts";
import type { CommanderConfig } from "./config.ts";
import { openOutside } from "./outside/settings.ts";

export interface ComposedCommander extends RunningService {
  readonly log: Log;
  /** Where health and metrics are answered. */
  readonly url: string;
}

/** A commander in a process of its own, over EventStoreDB and NATS. Rejects when it cannot start. */
export const compose = async (
  config: CommanderConfig,
  stopping: AbortSignal,
): Promise<ComposedCommander> => {
  const { eventStore, nats, dataDir, host, port, logLevel, firstAdmin, grantKeyFile } = config;
  const log = makeLog("commander", logLevel);
  const clock = systemClock;
  await using opening = new AsyncDisposableStack();
  const operations = await openEarlyOperations({ host, port, service: "commander" });
  opening.defer(() => operations.close());
  const outages = watchOutages(clock, log);
  mkdirSync(dataDir, { recursive: true });
  const checkpoints = openCheckpoints(join(dataDir, "checkpoints.db"));
  opening.defer(() => checkpoints.close());
  const grants = await openGrantKeys({
    keyFile: grantKeyFile ?? join(dataDir, "grant-key.json"),
    mustExist: grantKeyFile !== null,
  });
  const bus = await connectWhenThere(
    {
      servers: nats.servers,
      ...(nats.credsFile === null ? {} : { credsFile: nats.credsFile }),
      name: "countersign-commander",
      inboxPrefix: "_INBOX_commander",
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
  // What is still being read from a store that does not answer would be waited for without end.
  const giveUp = (): void => void store.close();
  stopping.addEventListener("abort", giveUp);
  const ids = makeIds(clock, systemRandom);
  const outside = await openOutside(config.outside, join(dataDir, "guard-secret"), clock, ids);
  operations.serves(
    () => [...outages.notReady(), "People and definitions are still being read."],
    makeMetrics("commander", []),
  );
  const commander = await openCommander({
    store,
    inner: bus,
    outer: bus,
    clock,
    ids,
    log,
    evaluateExpression,
    businessTimeOf: businessTimeFrom(zoneDataVersion()),
    checkpoint: checkpoints.of("processes"),
    grants,
    outside,
    stuckAfterMs: config.stuckAfterMs,
  });
  stopping.removeEventListener("abort", giveUp);
  commander.failed.catch(() => undefined);
  opening.defer(() => commander.close());
  if (firstAdmin !== null) await ensureFirstAdmin(commander, firstAdmin);
  operations.serves(
    () => [
      ...outages.notReady(),
      ...(commander.ready() ? [] : ["People and definitions are still being read."]),
      ...(bus.connected() ? [] : ["The broker cannot be reached."]),
    ],
    makeMetrics("commander", []),
  );
  const stack = opening.move();
  let closing: Promise<void> | undefined;
  return {
    log,
    url: operations.url,
    failed: commander.failed,
    close: () => (closing ??= stack.disposeAsync()),
  };
};
