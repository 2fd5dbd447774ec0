import { rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { EventStore } from "@countersign/event-store/event-store.ts";
import { openSqliteEventStore } from "@countersign/event-store-sqlite/sqlite-event-store.ts";
import type { Bus } from "@countersign/messaging/bus.ts";
import { COUNTERSIGN_TIMERS } from "@countersign/messaging/streams.ts";
import { makeMemoryBus } from "@countersign/messaging-memory/memory-bus.ts";
import { DueProjection } from "@countersign/read-models/due/due-projection.ts";
import { systemClock, toIso } from "@countersign/runtime/clock.ts";
import { makeLog } from "@countersign/runtime/log.ts";
import { Scheduler } from "@countersign/scheduler/scheduler.ts";
import { anEvent } from "../testkit/event-store/example-events.ts";
import { benchFolder } from "./raw-sqlite.ts";

/**
 * What many pending timers cost a scheduler: its start with a table that is current, its heap, and how late timers
 * take effect. Beside it the limit: a plain table with an index, polled in batches of 500.
 */

/** `BENCH_TIMERS=20000` shrinks it. */
const TIMERS = Number(process.env["BENCH_TIMERS"] ?? 1_000_000);
const PER_SECOND = 1_000;
const SECONDS = 5;
/** Time between the last preparation and the first timer. */
const LEAD_MS = 2_000;
const FAR_MS = 30 * 86_400_000;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const heapUsed = (): number => {
  collect();
  collect();
  return process.memoryUsage().heapUsed;
};

const percentile = (sorted: Float64Array, part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;

const metadata = (): string =>
  JSON.stringify({ occurredAt: toIso(systemClock.now()), schemaVersion: 1 });

const streamOf = (id: string): string => `request-acme.${id}`;

/** Requests with an expiry and nothing else, so each is one timer and its notice, which is due long after. */
const submit = async (
  store: EventStore,
  ids: readonly string[],
  expiresAt: (place: number) => number,
): Promise<void> => {
  const text = metadata();
  for (let from = 0; from < ids.length; from += 2_000) {
    const part = ids.slice(from, from + 2_000);
    await Promise.all(
      part.map((requestId, place) => {
        const data = JSON.stringify({ requestId, expiresAt: toIso(expiresAt(from + place)) });
        const event = anEvent({ type: "RequestSubmitted", data, metadata: text });
        return store.append(streamOf(requestId), "no-stream", [event]);
      }),
    );
  }
};

interface Lateness {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

const latenessOf = (late: readonly number[]): Lateness => {
  const sorted = Float64Array.from(late).toSorted();
  return { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99), max: sorted.at(-1) ?? 0 };
};

/** Makes what is due end, as the commander does, and says how late each append was done. */
const obey = (bus: Bus, store: EventStore, count: number): Promise<readonly number[]> =>
  new Promise((resolve) => {
    const late: number[] = [];
    const text = metadata();
    bus.consume({ stream: COUNTERSIGN_TIMERS.name, durable: "commander" }, async ({ body }) => {
      const { request, due_at } = JSON.parse(body) as { request: string; due_at: string };
      const event = anEvent({ type: "RequestExpired", data: "{}", metadata: text });
      await store.append(streamOf(request), 0n, [event]);
      late.push(systemClock.now() - Date.parse(due_at));
      if (late.length === count) resolve(late);
      return "ack";
    });
  });

export interface TimersRow {
  readonly pending: number;
  readonly planMs: number;
  readonly startMs: number;
  readonly heapBytesEach: number;
  readonly perSecond: number;
  /** Microseconds of the processor for one, from the look into the table until its effect is projected. */
  readonly cpuEach: number;
  /** Milliseconds from the due time until the effect is appended. */
  readonly late: Lateness;
  /** The same of the plain table, until the row is read and deleted. */
  readonly rawLate: Lateness;
}

/** A plain table with as many rows, polled every millisecond. */
const measureRaw = async (folder: string): Promise<Lateness> => {
  const database = new DatabaseSync(join(folder, "raw.db"));
  try {
    database.exec(
      "pragma journal_mode = wal; pragma synchronous = off; create table due (id integer primary key, due_ms integer not null) strict; create index by_time on due (due_ms); begin",
    );
    const insert = database.prepare("insert into due (due_ms) values (?)");
    const far = systemClock.now() + FAR_MS;
    for (let row = 0; row < TIMERS; row++) insert.run(far + row);
    database.exec("commit");
    const count = PER_SECOND * SECONDS;
    const begin = systemClock.now() + 200;
    for (let row = 0; row < count; row++) insert.run(begin + (row * 1_000) / PER_SECOND);
    const due = database.prepare(
      "select id, due_ms from due where due_ms <= ? order by due_ms limit 500",
    );
    const remove = database.prepare("delete from due where id = ?");
    const late: number[] = [];
    while (late.length < count) {
      for (const { id, due_ms } of due.all(systemClock.now())) {
        remove.run(Number(id));
        late.push(systemClock.now() - Number(due_ms));
      }
      await new Promise<void>((resolve) => systemClock.after(1, resolve));
    }
    return latenessOf(late);
  } finally {
    database.close();
  }
};

/** Measures in this process. With a million timers it takes some minutes, nearly all of them to make the requests. */
export const measureTimers = async (): Promise<TimersRow> => {
  const folder = benchFolder();
  const path = join(folder, "read-due.db");
  const store = openSqliteEventStore({ path: join(folder, "events.db") });
  const bus = makeMemoryBus({ clock: systemClock });
  const log = makeLog("bench", "warn");
  const parts = { store, bus, clock: systemClock, log };
  // Timers of the system clock let a process end that waits for nothing else.
  const awake = setInterval(() => undefined, 1_000);
  try {
    const far = systemClock.now() + FAR_MS;
    const pending = Array.from({ length: TIMERS }, (_, place) => `apr_FAR${place}`);
    await submit(store, pending, (place) => far + place);
    const planning = performance.now();
    const first = new Scheduler({ ...parts, due: new DueProjection({ path }) });
    await first.live;
    const planMs = performance.now() - planning;
    await first.close();
    pending.length = 0;

    const heapBefore = heapUsed();
    const starting = performance.now();
    const scheduler = new Scheduler({ ...parts, due: new DueProjection({ path }) });
    await scheduler.live;
    const startMs = performance.now() - starting;
    const heapBytesEach = (heapUsed() - heapBefore) / TIMERS;

    const count = PER_SECOND * SECONDS;
    const obeyed = obey(bus, store, count);
    const soon = Array.from({ length: count }, (_, place) => `apr_SOON${place}`);
    const begin = systemClock.now() + LEAD_MS;
    await submit(store, soon, (place) => begin + (place * 1_000) / PER_SECOND);
    const before = process.cpuUsage();
    const late = latenessOf(await obeyed);
    const { user, system } = process.cpuUsage(before);
    await scheduler.close();
    const rawLate = await measureRaw(folder);
    return {
      pending: TIMERS,
      planMs,
      startMs,
      heapBytesEach,
      perSecond: PER_SECOND,
      cpuEach: (user + system) / count,
      late,
      rawLate,
    };
  } finally {
    clearInterval(awake);
    await bus.close();
    await store.close();
    rmSync(folder, { recursive: true });
  }
};

const rounded = (value: number): number => Number(value.toFixed(1));

/** Prints the row, its limits beside it. */
export const printTimers = (row: TimersRow): void => {
  const { pending, perSecond, planMs, startMs, heapBytesEach, cpuEach, late, rawLate } = row;
  console.table({
    [`plan ${pending} requests from the log, ms`]: { measured: rounded(planMs) },
    [`start with ${pending} pending, ms`]: { measured: rounded(startMs), "at most": 2_000 },
    "heap of one, bytes": { measured: rounded(heapBytesEach), "at most": 200 },
    [`late p50 at ${perSecond} a second, appended, ms`]: {
      measured: rounded(late.p50),
      raw: rounded(rawLate.p50),
    },
    [`late p99 at ${perSecond} a second, appended, ms`]: {
      measured: rounded(late.p99),
      raw: rounded(rawLate.p99),
      "at most": 50,
    },
    "processor of one, µs": { measured: rounded(cpuEach) },
    "latest, ms": { measured: rounded(late.max), raw: rounded(rawLate.max) },
  });
};

if (import.meta.main) printTimers(await measureTimers());
