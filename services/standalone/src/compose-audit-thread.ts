import { platform, setPriority } from "node:os";
import { parentPort, workerData, type MessagePort } from "node:worker_threads";
import { References } from "@countersign/application/references.ts";
import { metadataOf } from "@countersign/domain/recorded.ts";
import { openSqliteEventReader } from "@countersign/event-store-sqlite/sqlite-event-reader.ts";
import { openWalCopier } from "@countersign/event-store-sqlite/wal-copier.ts";
import { makeMemoryBus } from "@countersign/messaging-memory/memory-bus.ts";
import type { Message, Reply } from "@countersign/messaging/bus.ts";
import { openAudit } from "@countersign/projector/open-audit.ts";
import { serveQueries } from "@countersign/projector/serve.ts";
import { systemClock } from "@countersign/runtime/clock.ts";
import { makeLog, type Log, type LogLevel } from "@countersign/runtime/log.ts";
import { answerQuestions } from "@countersign/runtime/thread-link.ts";
import { runProjection } from "@countersign/subscriptions/run-projection.ts";

/** What the thread is given. */
export interface AuditThreadStart {
  /** The event store's file. */
  readonly path: string;
  readonly dataDir: string;
  readonly logLevel: LogLevel;
  /** One 64-bit integer: the last position that the store committed. */
  readonly committed: SharedArrayBuffer;
  /** Requests for the audit's queries come in here. */
  readonly requests: MessagePort;
}

/** What it is told: the store committed something, or the end. */
export type ToAuditThread = "moved" | "close";

/** How far it is; said when it is live, and from then on every second. */
export interface AuditFigures {
  readonly isLive: boolean;
  readonly position: bigint;
  readonly lagMs: number;
  readonly events: number;
}

const FIGURES_MS = 1_000;
const QUERY_MS = 10_000;
/** Of 0 to 19. At 7 a full processor still gives the trail a fifth, enough to keep up; at 15 a query waited 1.5 s there. */
const NICENESS = 7;

/**
 * Lets the main thread and whoever calls it go first where they compete for a processor: people wait for them, nobody
 * for the trail. Only Linux lowers the calling thread alone; elsewhere it would be the whole process.
 */
const letOthersGoFirst = (log: Log): void => {
  if (platform() !== "linux") return;
  try {
    setPriority(NICENESS);
  } catch (err) {
    log.debug({ err }, "the audit's thread keeps its priority");
  }
};

/** What `openAuditThread` runs: the audit's read model and its queries, on a connection and an event loop of its own. */
const run = (data: AuditThreadStart, main: MessagePort): void => {
  const clock = systemClock;
  const log = makeLog("countersign", data.logLevel);
  letOthersGoFirst(log);
  const position = new BigInt64Array(data.committed);
  const committed = (): number => Number(Atomics.load(position, 0));
  const store = openSqliteEventReader({ path: data.path, committed });
  const copier = openWalCopier({ path: data.path, committed });
  const bus = makeMemoryBus({
    clock,
    failed: (err, subject) => log.error({ err, subject }, "a query could not be handled"),
  });
  const references = new References(() => {
    throw new Error("the audit evaluates no expressions");
  });
  const started = references.start(store);
  const audit = openAudit({ dataDir: data.dataDir, references });
  const running = runProjection(store, audit.projection, {
    clock,
    occurredAt: (event) => Date.parse(metadataOf(event).occurredAt),
  });
  const ready = (): boolean => references.live && running.isLive();
  const served = serveQueries(bus, { queries: audit.queries, ready }, log);
  // Whoever asks finds all that was committed before, as in the read models of the main thread.
  answerQuestions<Message, Reply>(data.requests, async (asked) => {
    store.moved();
    const { subject, headers: sent } = asked;
    const options = { headers: sent, timeoutMs: QUERY_MS };
    // Without `result`, so that a long page goes to the other thread once.
    const { headers, body } = await bus.request(subject, asked.body, options);
    return { headers, body };
  });

  const sayFigures = (): void => {
    const figures: AuditFigures = {
      isLive: ready(),
      position: running.position(),
      lagMs: running.lagMs(),
      events: running.events(),
    };
    main.postMessage(figures);
  };
  Promise.all([started, running.live]).then(sayFigures, () => undefined);
  const saying = setInterval(sayFigures, FIGURES_MS);
  const close = async (): Promise<void> => {
    clearInterval(saying);
    data.requests.close();
    await Promise.all(served.map((each) => each.close()));
    await running.close();
    await running.closed;
    audit.file.close();
    await bus.close();
    await store.close();
    copier.close();
    main.close();
  };
  // Thrown where nobody catches it, a failure ends the thread, and its starter learns of it.
  const failing = (error: unknown): void => {
    setImmediate(() => {
      throw error;
    });
  };
  started.catch(failing);
  references.closed.catch(failing);
  running.closed.catch(failing);
  main.on("message", (said: ToAuditThread) => {
    if (said === "close") {
      close().catch(failing);
      return;
    }
    store.moved();
    copier.moved();
  });
};

if (parentPort !== null) run(workerData as AuditThreadStart, parentPort);
