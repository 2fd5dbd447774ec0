import { DatabaseSync } from "node:sqlite";
import { StoreFailed } from "@countersign/event-store/errors.ts";
import { isLocked, storeFailure } from "./failures.ts";

/**
 * Makes sure that one process has the store: an exclusive SQLite lock on an empty file beside it. The kernel lets
 * go of it when the process ends, however it ends, so that no stale lock ever has to be removed. The store itself
 * stays free for readers (backup, verify).
 *
 * Returns a function that lets go. Throws `StoreFailed`.
 */
export const lockForThisProcess = (path: string): (() => void) => {
  const lockPath = `${path}-lock`;
  let lock: DatabaseSync;
  try {
    lock = new DatabaseSync(lockPath, { timeout: 0 });
  } catch (error) {
    throw storeFailure(lockPath, error);
  }
  try {
    lock.exec("pragma journal_mode = memory; begin exclusive");
  } catch (error) {
    lock.close();
    if (!isLocked(error)) throw storeFailure(lockPath, error);
    throw new StoreFailed(
      `the event store ${path} is in use by another process: stop that one, or name another file`,
      { cause: error },
    );
  }
  return () => lock.close();
};
