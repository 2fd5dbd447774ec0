import { openCommander, type Commander } from "@countersign/commander/commander.ts";
import { ensureFirstAdmin, type FirstAdmin } from "@countersign/commander/bootstrap-admin.ts";
import { businessTimeFrom } from "@countersign/business-time/business-time.ts";
import type { Outside } from "@countersign/commander/outside/outside.ts";
import { evaluateExpression } from "@countersign/definitions/expression.ts";
import type { EventStore } from "@countersign/event-store/event-store.ts";
import type { GrantKeys } from "@countersign/identity/grant-keys.ts";
import type { Bus } from "@countersign/messaging/bus.ts";
import { openProjector, type Projector } from "@countersign/projector/projector.ts";
import { DueProjection } from "@countersign/read-models/due/due-projection.ts";
import { startRelay, type Relay } from "@countersign/relay/relay.ts";
import type { Clock } from "@countersign/runtime/clock.ts";
import type { Ids } from "@countersign/runtime/ids.ts";
import type { Log } from "@countersign/runtime/log.ts";
import { zoneDataVersion } from "@countersign/runtime/zone-data.ts";
import { nextRun } from "@countersign/scheduler/next-run.ts";
import { Scheduler } from "@countersign/scheduler/scheduler.ts";
import { openCheckpoints } from "@countersign/subscriptions/checkpoints.ts";
import { join } from "node:path";
import type { LogLevel } from "@countersign/runtime/log.ts";
import type { ProjectionFigures } from "@countersign/subscriptions/run-projection.ts";
import type { CommittedPosition } from "./committed-position.ts";
import { ensureDemoOrg } from "./demo-org.ts";
import { openAuditThread } from "./open-audit-thread.ts";

export interface ServicesParts {
  readonly store: EventStore;
  /** The store's file, and how far it is: the audit follows it on a thread of its own. Null: it follows `store`. */
  readonly storeFile: { readonly path: string; readonly committed: CommittedPosition } | null;
  /** Of this process: commands, queries and live events. */
  readonly inner: Bus;
  /** Intake, timers and events for others; the inner one while there is no broker. */
  readonly outer: Bus;
  /** An existing folder. */
  readonly dataDir: string;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly logLevel: LogLevel;
  readonly firstAdmin: FirstAdmin | null;
  readonly withDemoOrg: boolean;
  readonly grants: GrantKeys;
  readonly outside: Outside;
  readonly stuckAfterMs: number;
}

/** Everything behind the gateway. */
export interface Services extends AsyncDisposable {
  readonly commander: Commander;
  readonly projector: Projector;
  /** All read models, wherever they run. */
  readonly readModels: readonly ProjectionFigures[];
  readonly relays: readonly Relay[];
  readonly scheduler: Scheduler;
  /** Rejects when one of them failed for good. */
  readonly failed: Promise<never>;
}

/**
 * Opens what stands behind the gateway. The order is the order in which a commit is seen in its own tick: the people
 * and definitions, the process managers, the read models, live subscribers, timers; then the command is answered.
 */
export const openServices = async (parts: ServicesParts): Promise<Services> => {
  const { store, inner, outer, dataDir, clock, ids, log } = parts;
  await using opening = new AsyncDisposableStack();
  const checkpoints = openCheckpoints(join(dataDir, "checkpoints.db"));
  opening.defer(() => checkpoints.close());

  const businessTimeOf = businessTimeFrom(zoneDataVersion());
  const commander = await openCommander({
    store,
    inner,
    outer,
    clock,
    ids,
    log,
    evaluateExpression,
    businessTimeOf,
    checkpoint: checkpoints.of("processes"),
    grants: parts.grants,
    outside: parts.outside,
    stuckAfterMs: parts.stuckAfterMs,
  });
  commander.failed.catch(() => undefined);
  opening.defer(() => commander.close());

  const projector = openProjector({
    store,
    bus: inner,
    dataDir,
    clock,
    log,
    evaluateExpression,
    businessTimeOf,
    shared: { states: commander.decider.request.folds, references: commander.references },
    ...(parts.storeFile === null ? {} : { only: ["queue", "stats"] }),
  });
  opening.defer(() => projector.close());
  const audit =
    parts.storeFile === null
      ? null
      : openAuditThread({
          ...parts.storeFile,
          bus: inner,
          clock,
          dataDir,
          logLevel: parts.logLevel,
        });
  if (audit !== null) opening.defer(() => audit.close());

  const relayTo = (bus: Bus, name: string): Relay => {
    const relay = startRelay({ store, bus, checkpoint: checkpoints.of(name), clock, log });
    opening.defer(() => relay.close());
    return relay;
  };
  const relays = [
    relayTo(inner, "relay-inner"),
    ...(outer === inner ? [] : [relayTo(outer, "relay")]),
  ];

  const due = new DueProjection({
    path: join(dataDir, "read-due.db"),
    stuckAfterMs: parts.stuckAfterMs,
    nextRun,
  });
  const scheduler = new Scheduler({ store, bus: outer, due, clock, log });
  opening.defer(() => scheduler.close());

  if (parts.withDemoOrg) await ensureDemoOrg(commander);
  if (parts.firstAdmin !== null) await ensureFirstAdmin(commander, parts.firstAdmin);

  const failed = Promise.race([
    commander.failed,
    projector.failed,
    ...(audit === null ? [] : [audit.failed]),
    scheduler.failed,
    ...relays.map((relay) => relay.failed),
  ]);
  failed.catch(() => undefined);
  const stack = opening.move();
  return {
    commander,
    projector,
    readModels: [...projector.running, ...(audit === null ? [] : [audit.figures])],
    relays,
    scheduler,
    failed,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
};
