import { MessageChannel, Worker } from "node:worker_threads";
import type { Bus, Message, Reply } from "@countersign/messaging/bus.ts";
import { queryPattern } from "@countersign/messaging/subjects.ts";
import { auditQueries } from "@countersign/projector/open-audit.ts";
import type { Clock } from "@countersign/runtime/clock.ts";
import type { LogLevel } from "@countersign/runtime/log.ts";
import { ThreadLink } from "@countersign/runtime/thread-link.ts";
import type { ProjectionFigures } from "@countersign/subscriptions/run-projection.ts";
import type { AuditFigures, AuditThreadStart, ToAuditThread } from "./compose-audit-thread.ts";
import type { CommittedPosition } from "./committed-position.ts";

export interface AuditThreadParts {
  /** The event store's file. */
  readonly path: string;
  readonly committed: CommittedPosition;
  readonly bus: Bus;
  readonly clock: Clock;
  /** An existing folder. */
  readonly dataDir: string;
  readonly logLevel: LogLevel;
}

/** The audit's read model on a thread of its own. */
export interface AuditThread {
  readonly figures: ProjectionFigures;
  /** Resolves once everything that stood in the store is projected. */
  readonly live: Promise<void>;
  /** Rejects when it failed for good. */
  readonly failed: Promise<never>;
  /** Stops, commits and closes its file. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * The trail may lag so long: waking the thread costs the one that wakes it 60 µs, and a query brings the trail up to
 * date before it is answered.
 */
const TELL_MS = 100;

/**
 * Starts the audit's thread and answers its queries on the bus. Every event becomes a row with its whole text, and
 * nobody waits for that: on the main thread it was a sixth of the work of a cycle.
 */
export const openAuditThread = (parts: AuditThreadParts): AuditThread => {
  const { path, committed, bus, clock, dataDir, logLevel } = parts;
  const { port1, port2 } = new MessageChannel();
  const data: AuditThreadStart = {
    path,
    dataDir,
    logLevel,
    committed: committed.cell,
    requests: port2,
  };
  const worker = new Worker(new URL("./compose-audit-thread.ts", import.meta.url), {
    workerData: data,
    transferList: [port2],
  });
  const tell = (said: ToAuditThread): void => worker.postMessage(said);
  const exited = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  const live = Promise.withResolvers<void>();
  const failed = Promise.withResolvers<never>();
  live.promise.catch(() => undefined);
  failed.promise.catch(() => undefined);
  const fails = (error: unknown): void => {
    link.close();
    live.reject(error);
    failed.reject(error);
  };

  const link = new ThreadLink<Message, Reply>(port1);
  let figures: AuditFigures = { isLive: false, position: 0n, lagMs: 0, events: 0 };
  worker.on("message", (said: AuditFigures) => {
    figures = said;
    if (said.isLive) live.resolve();
  });
  worker.on("error", fails);
  const served = auditQueries.map((name) =>
    bus.serve(queryPattern({ name }), "projector", (message) => link.ask(message)),
  );
  let cancelTelling: (() => void) | undefined;
  const stopFollowing = committed.follow(() => {
    cancelTelling ??= clock.after(TELL_MS, () => {
      cancelTelling = undefined;
      tell("moved");
    });
  });

  let closing: Promise<void> | undefined;
  const closeOnce = async (): Promise<void> => {
    stopFollowing();
    cancelTelling?.();
    await Promise.all(served.map((each) => each.close()));
    tell("close");
    await exited;
    link.close();
  };
  return {
    figures: {
      name: "audit",
      isLive: () => figures.isLive,
      position: () => figures.position,
      lagMs: () => figures.lagMs,
      events: () => figures.events,
    },
    live: live.promise,
    failed: failed.promise,
    close: () => (closing ??= closeOnce()),
  };
};
