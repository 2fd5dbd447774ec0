import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Bytes of JSON in one event, as measured over plain cycles. */
const EVENT_BYTES = 716;

/**
 * The limit everything is held against: events a second that `node:sqlite` itself appends with `synchronous=FULL`,
 * `perTransaction` to a commit, to one plain table, on the disk that `directory` is on.
 */
export const rawAppendRate = (
  directory: string,
  perTransaction: number,
  seconds: number,
): number => {
  const place = mkdtempSync(join(directory, "raw-"));
  const database = new DatabaseSync(join(place, "raw.db"));
  try {
    database.exec("pragma journal_mode = wal; pragma synchronous = full");
    database.exec(
      "create table event (position integer primary key, stream text, revision integer, type text, data text)",
    );
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
