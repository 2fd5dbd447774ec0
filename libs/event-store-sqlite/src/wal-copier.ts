import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { syncEveryCommit } from "./database.ts";
import { storeFailure } from "./failures.ts";

export interface WalCopierOptions {
  /** The database file of a store that is open in this process: it is never made here. */
  readonly path: string;
  /** The last position that the store committed, as its thread wrote it down before it said so. */
  readonly committed: () => number;
  /** Events after which is copied; default 4,000, about 8 MiB of log. */
  readonly every?: number;
}

/**
 * Copies the store's write-ahead log into its file from another thread of its process, which SQLite calls a checkpoint.
 * The store does that itself where nobody else does, and its thread stands still for it: a fifth of the time of its
 * commits under load. With a copier it is left with the pages of the last few, and begins the log anew.
 */
export interface WalCopier {
  /** Copies once enough was committed since the last time. Never throws. */
  moved(): void;
  close(): void;
}

/** Opens the file of a store for copying. Throws `StoreFailed` with a sentence that says what to do. */
export const openWalCopier = ({ path, committed, every = 4_000 }: WalCopierOptions): WalCopier => {
  let database: DatabaseSync | undefined;
  try {
    const file = pathToFileURL(path);
    file.searchParams.set("mode", "rw");
    const opened = new DatabaseSync(file, { timeout: 0 });
    database = opened;
    // Of this connection as well: pages that were copied and not synced would be lost with the log they came from.
    syncEveryCommit(opened, path);
    const copy = opened.prepare("pragma wal_checkpoint(passive)");
    let copiedAt = committed();
    return {
      moved() {
        const position = committed();
        if (position - copiedAt < every) return;
        copiedAt = position;
        try {
          copy.get();
        } catch {
          // Nothing is lost, the log has it all. What is wrong with the disk the store meets as well, and says it.
        }
      },
      close: () => opened.close(),
    };
  } catch (error) {
    database?.close();
    throw storeFailure(path, error);
  }
};
