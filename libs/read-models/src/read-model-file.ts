import { rmSync } from "node:fs";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { machineBootId } from "./boot-id.ts";

export interface ReadModelOptions {
  readonly path: string;
  /** Raised with every change of tables or of what stands in them: a file of another version is rebuilt. */
  readonly version: number;
  /** Creates the tables. */
  readonly schema: string;
  /** Default: the machine's. */
  readonly bootId?: string | null;
}

/**
 * One read model's SQLite file. It is disposable: one that another version wrote, that is damaged, or that was open
 * when the machine went down is deleted and starts empty, to be filled from the log again.
 */
export class ReadModelFile {
  readonly path: string;
  readonly database: DatabaseSync;
  /** True when the file was made or emptied now. */
  readonly isNew: boolean;
  #checkpoint: string | undefined;
  #position: bigint;
  #saved: string | undefined;
  #inTransaction = false;
  #write: (() => void) | undefined;
  readonly #setMeta: StatementSync;

  constructor({ path, version, schema, bootId = machineBootId() }: ReadModelOptions) {
    this.path = path;
    const kept = openTrusted(path, version, bootId);
    this.isNew = kept === undefined;
    if (kept === undefined)
      for (const end of ["", "-wal", "-shm"]) rmSync(path + end, { force: true });
    const database = kept ?? openFile(path);
    this.database = database;
    if (this.isNew) {
      database.exec(
        `begin; create table meta (key text primary key, value text) strict, without rowid; ${schema}; commit`,
      );
    }
    this.#setMeta = database.prepare(
      "insert into meta (key, value) values (?, ?) on conflict (key) do update set value = excluded.value",
    );
    this.#setMeta.run("version", String(version));
    this.#setMeta.run("boot", bootId);
    this.#setMeta.run("closed", "no");
    this.#saved = metaOf(database, "checkpoint") ?? undefined;
    this.#checkpoint = this.#saved;
    this.#position = BigInt(metaOf(database, "position") ?? 0);
  }

  /** Position of the last event that is in the tables; 0 while they are empty. */
  get position(): bigint {
    return this.#position;
  }

  /** Where to go on; what is not committed yet counts. */
  get checkpoint(): string {
    return this.#checkpoint ?? "start";
  }

  /** Begins the transaction that the next `commit` ends; several batches may share it. */
  begin(): void {
    if (this.#inTransaction) return;
    this.database.exec("begin");
    this.#inTransaction = true;
  }

  /** Everything up to here is in the tables, or in the transaction that is open. */
  reached(checkpoint: string, position = this.#position): void {
    this.#checkpoint = checkpoint;
    this.#position = position;
  }

  /** Rows may be kept in memory until the commit; `write` then writes them. */
  beforeCommit(write: () => void): void {
    this.#write = write;
  }

  /** Commits the rows together with the checkpoint that they stand for. */
  commit(): void {
    this.#write?.();
    if (!this.#inTransaction) {
      if (this.#checkpoint === this.#saved) return;
      this.begin();
    }
    if (this.#checkpoint !== undefined) this.#setMeta.run("checkpoint", this.#checkpoint);
    this.#setMeta.run("position", this.#position.toString());
    this.database.exec("commit");
    this.#inTransaction = false;
    this.#saved = this.#checkpoint;
  }

  /** Closes without committing what is open: what happens when a projection failed. */
  abandon(): void {
    if (this.database.isOpen) this.database.close();
  }

  /** Commits, syncs once and closes, so that the file is trusted whatever happens to the machine. Safe to call twice. */
  close(): void {
    if (!this.database.isOpen) return;
    this.commit();
    this.database.exec("pragma synchronous = full");
    this.#setMeta.run("closed", "yes");
    this.database.exec("pragma wal_checkpoint(truncate)");
    this.database.close();
  }
}

/** `exclusive` spares the locks: one process has a read model, and its queries go over the same connection. */
const openFile = (path: string): DatabaseSync => {
  const database = new DatabaseSync(path, { timeout: 1_000, enableForeignKeyConstraints: false });
  database.exec(
    "pragma page_size = 8192; pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = off;" +
      "pragma cache_size = -65536; pragma temp_store = memory; pragma wal_autocheckpoint = 4000",
  );
  return database;
};

const metaOf = (database: DatabaseSync, key: string): string | null => {
  const value = database.prepare("select value from meta where key = ?").get(key)?.["value"];
  return typeof value === "string" ? value : null;
};

const SQLITE_BUSY = 5;
const isBusy = (error: unknown): boolean =>
  error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY;

const openTrusted = (
  path: string,
  version: number,
  bootId: string | null,
): DatabaseSync | undefined => {
  let database: DatabaseSync | undefined;
  try {
    database = openFile(path);
    const survived =
      metaOf(database, "closed") === "yes" ||
      (bootId !== null && metaOf(database, "boot") === bootId);
    if (survived && metaOf(database, "version") === String(version)) return database;
  } catch (error) {
    database?.close();
    if (isBusy(error))
      throw new Error(
        `${path} is in use: another process builds this read model, give each its own folder`,
        {
          cause: error,
        },
      );
    // New, damaged or of another shape: all of them start empty.
    return undefined;
  }
  database?.close();
  return undefined;
};
