/**
 * A process of its own over a SQLite event store, for what only a process can show: `<activity> <path> <count>`.
 * It writes one JSON line for each thing that happened, synchronously, so that a killed child has said what it did.
 */
import { writeSync } from "node:fs";
import { Worker } from "node:worker_threads";
import type { EventStore } from "@countersign/event-store/event-store.ts";
import { openDatabase } from "@countersign/event-store-sqlite/database.ts";
import { EventTable } from "@countersign/event-store-sqlite/event-table.ts";
import { GroupWriter } from "@countersign/event-store-sqlite/group-writer.ts";
import { openSqliteEventStore } from "@countersign/event-store-sqlite/sqlite-event-store.ts";
import { openWalCopier } from "@countersign/event-store-sqlite/wal-copier.ts";
import { aStream, anEvent, idsOf, someEvents } from "./example-events.ts";

const isPipeFull = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "EAGAIN";

/** Waits where its reader is slow: a pipe takes only so much. */
const say = (line: unknown): void => {
  let left = Buffer.from(`${JSON.stringify(line)}\n`);
  while (left.length > 0) {
    try {
      left = left.subarray(writeSync(1, left));
    } catch (error) {
      if (!isPipeFull(error)) throw error;
    }
  }
};

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : "no error");

/** `count` appends, each sent when the one before was answered. */
const oneAfterTheOther = async (path: string, count: number): Promise<void> => {
  const store = openSqliteEventStore({ path });
  say({ opened: true });
  for (let n = 0; n < count; n++) await store.append(aStream(), "no-stream", [anEvent()]);
  await store.close();
};

/** The same writes on a connection that does not sync its commits: what a test must be able to tell apart. */
const withoutSync = (path: string, count: number): void => {
  const database = openDatabase(path);
  database.exec("pragma synchronous = normal");
  const writer = new GroupWriter(new EventTable(database));
  for (let n = 0; n < count; n++) {
    const outcome = { resolve: () => undefined, reject: () => undefined };
    writer.write([{ stream: aStream(), expected: "no-stream", events: [anEvent()], ...outcome }]);
  }
  database.close();
};

/** `count` appends, and after each the write-ahead log is copied into the file. */
const copiedAfterEach = async (path: string, count: number): Promise<void> => {
  let committed = 0;
  const store = openSqliteEventStore({ path, onCommitted: (position) => (committed = position) });
  const copier = openWalCopier({ path, committed: () => committed, every: 1 });
  for (let n = 0; n < count; n++) {
    await store.append(aStream(), "no-stream", [anEvent()]);
    copier.moved();
  }
  copier.close();
  await store.close();
};

/** `count` appends sent at once. */
const allAtOnce = async (path: string, count: number): Promise<void> => {
  const store = openSqliteEventStore({ path });
  await Promise.all(
    Array.from({ length: count }, () => store.append(aStream(), "no-stream", [anEvent()])),
  );
  await store.close();
};

/** `count` callers that append without end, and say what was acknowledged. */
const untilKilled = async (path: string, count: number): Promise<void> => {
  await appendForever(openSqliteEventStore({ path }), count);
};

const appendForever = async (store: EventStore, count: number): Promise<void> => {
  const caller = async (): Promise<void> => {
    for (;;) {
      const stream = aStream();
      const events = someEvents(3);
      say({ sent: stream });
      await store.append(stream, "no-stream", events);
      say({ acknowledged: stream, ids: idsOf(events) });
    }
  };
  await Promise.all(Array.from({ length: count }, caller));
};

/** The same, while another thread copies the write-ahead log into the file as often as it can. */
const untilKilledCopying = async (path: string, count: number): Promise<void> => {
  const committed = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);
  const position = new BigInt64Array(committed);
  const store = openSqliteEventStore({
    path,
    onCommitted: (reached) => void Atomics.store(position, 0, BigInt(reached)),
  });
  new Worker(new URL("copying-thread.ts", import.meta.url), { workerData: { path, committed } });
  await appendForever(store, count);
};

/** Appends until the disk fails, then tells what everybody was told. */
const untilTheDiskFails = async (path: string, count: number): Promise<void> => {
  const store = openSqliteEventStore({
    path,
    onFailed: (failure) => say({ failed: nameOf(failure), message: failure.message }),
  });
  const subscription = store.subscribe({ from: "start" }, { events: () => undefined });
  const ended = subscription.closed.catch((error: unknown) => say({ subscription: nameOf(error) }));
  for (let n = 0; n < count; n++) {
    const streams = [aStream(), aStream(), aStream()];
    const results = await Promise.allSettled(
      streams.map((stream) => store.append(stream, "no-stream", [anEvent()])),
    );
    for (const [place, result] of results.entries()) {
      if (result.status === "fulfilled") say({ acknowledged: streams[place] });
      else say({ rejected: nameOf(result.reason) });
    }
    if (results.some((result) => result.status === "rejected")) break;
  }
  const later = await store
    .append(aStream(), "no-stream", [anEvent()])
    .catch((error: unknown) => error);
  say({ later: nameOf(later) });
  await ended;
};

const [, , activity = "", path = "", count = "0"] = process.argv;
const activities: Record<string, (path: string, count: number) => void | Promise<void>> = {
  oneAfterTheOther,
  withoutSync,
  copiedAfterEach,
  allAtOnce,
  untilKilled,
  untilKilledCopying,
  untilTheDiskFails,
};
try {
  await activities[activity]?.(path, Number(count));
} catch (error) {
  say({ refused: nameOf(error), message: error instanceof Error ? error.message : "" });
  process.exitCode = 1;
}
