import { DatabaseSync } from "node:sqlite";
import { StoreFailed } from "@countersign/event-store/errors.ts";
import { storeFailure } from "./failures.ts";
import { refuseLossySqlite } from "./sqlite-version.ts";

/** "CSgn": tells our files from those of other programs. */
const applicationId = 0x4353676e;
const schemaVersion = 1;

/**
 * Stream names stand in each row: integer ids and a table of names measured the same (160,000 events/s at 64
 * appends a transaction) and would need a lookup more. The one index serves reads, conflicts and retries.
 */
const schema = `
  create table events (
    position integer primary key,
    stream text not null,
    revision integer not null,
    event_id text not null,
    type text not null,
    data text not null,
    metadata text not null
  ) strict;
  create unique index events_by_stream on events (stream, revision);
`;

/** The one value of a statement, for pragmas. */
const valueOf = (database: DatabaseSync, sql: string): unknown => {
  const row = database.prepare(sql).get();
  return row === undefined ? undefined : Object.values(row)[0];
};

/**
 * Opens the file, or makes it in a folder that exists, with every commit synced before it is acknowledged, and asserts that. Nothing is
 * written before the file is known to be ours. Throws `StoreFailed` with a sentence that says what to do.
 */
export const openDatabase = (path: string): DatabaseSync => {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: 5_000, enableForeignKeyConstraints: false });
    refuseLossySqlite(String(valueOf(database, "select sqlite_version()")));
    const isNew = refuseForeignFile(database, path);
    // Takes effect on a new file only. Against 4 KiB: 2–20 % more events/s at 16–64 appends a transaction, 6 % fewer at 1.
    database.exec("pragma page_size = 8192");
    syncEveryCommit(database, path);
    database.exec("pragma cache_size = -16384; pragma journal_size_limit = 67108864");
    // Pages in the log from which a commit copies them into the file: twice as many as a `WalCopier` leaves to itself.
    database.exec("pragma wal_autocheckpoint = 2000");
    if (isNew) {
      database.exec(
        `begin immediate; ${schema} pragma application_id = ${applicationId}; pragma user_version = ${schemaVersion}; commit`,
      );
    }
    return database;
  } catch (error) {
    database?.close();
    throw storeFailure(path, error);
  }
};

/** Whether the file is still empty. Throws when another program or a later version wrote it. */
const refuseForeignFile = (database: DatabaseSync, path: string): boolean => {
  const application = valueOf(database, "pragma application_id");
  const version = valueOf(database, "pragma user_version");
  const tables = valueOf(database, "select count(*) from sqlite_schema");
  if (application === 0 && version === 0 && tables === 0) return true;
  if (application !== applicationId) {
    throw new StoreFailed(
      `${path} belongs to another program: name another file for the event store`,
    );
  }
  if (version !== schemaVersion) {
    throw new StoreFailed(
      `${path} has format ${String(version)}, this Countersign knows ${schemaVersion}: run the version that wrote it`,
    );
  }
  return false;
};

/** `synchronous` is a property of the connection, not of the file: it is set and asserted on every open. */
export const syncEveryCommit = (database: DatabaseSync, path: string): void => {
  const journal = valueOf(database, "pragma journal_mode = wal");
  database.exec("pragma synchronous = full");
  const synchronous = valueOf(database, "pragma synchronous");
  if (journal !== "wal" || synchronous !== 2) {
    throw new StoreFailed(
      `${path} cannot be written durably (journal ${String(journal)}, synchronous ${String(synchronous)}): put it on a local disk`,
    );
  }
};
