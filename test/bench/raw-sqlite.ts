import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Bytes of JSON in one event, as measured over plain cycles. */
const EVENT_BYTES = 716;

/** What the raw measure appends to. */
export const rawTables = {
  /**
   * The least that holds events: a position that is never given twice, and one event at each revision of a stream.
   * The target was set with it: on two shared cores it takes 7,700 / 55,000 / 180,000 / 245,000 events/s at 1, 10, 100
   * and 1,000 a transaction.
   */
  events:
    "create table event (position integer primary key autoincrement, stream text not null," +
    " revision integer not null, type text not null, data text not null, unique (stream, revision))",
  /** Rows that nothing holds together, which no event store could use: about a sixth faster. */
  rows: "create table event (position integer primary key, stream text, revision integer, type text, data text)",
} as const;

/**
 * The limit everything is held against: events a second that `node:sqlite` itself appends with `synchronous=FULL`,
 * `perTransaction` to a commit, to one table, on the disk that `directory` is on.
 */
export const rawAppendRate = (
  directory: string,
  perTransaction: number,
  seconds: number,
  table: keyof typeof rawTables = "events",
): number => {
  const place = mkdtempSync(join(directory, "raw-"));
  const database = new DatabaseSync(join(place, "raw.db"));
  try {
    database.exec("pragma journal_mode = wal; pragma synchronous = full");
    database.exec(rawTables[table]);
    const insert = database.prepare(
      "insert into event (stream, revision, type, data) values (?, ?, ?, ?)",
    );
    const data = JSON.stringify({ text: "x".repeat(EVENT_BYTES - 11) });
    const started = performance.now();
    let appended = 0;
    while (performance.now() - started < seconds * 1000) {
      database.exec("begin immediate");
      for (let index = 0; index < perTransaction; index++) {
        insert.run(`request-demo.apr_${appended}`, index, "VoteCast", data);
        appended += 1;
      }
      database.exec("commit");
    }
    return (appended * 1000) / (performance.now() - started);
  } finally {
    database.close();
    rmSync(place, { recursive: true });
  }
};

/** A folder for the raw measure and the server under test alike, so that both stand on one disk. */
export const benchFolder = (): string => mkdtempSync(join(tmpdir(), "countersign-bench-"));
