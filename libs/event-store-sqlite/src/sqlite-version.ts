import { StoreFailed } from "@countersign/event-store/errors.ts";

/**
 * Refuses the SQLite versions whose write-ahead log can lose an acknowledged commit: 3.7.0 to 3.51.2, except the
 * repaired 3.44.6 and later 3.44, 3.50.7 and later 3.50. Throws `StoreFailed`.
 */
export const refuseLossySqlite = (version: string): void => {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  const repaired =
    major > 3 ||
    (major === 3 &&
      (minor > 51 ||
        (minor === 51 && patch >= 3) ||
        (minor === 50 && patch >= 7) ||
        (minor === 44 && patch >= 6)));
  if (!repaired) {
    throw new StoreFailed(
      `SQLite ${version} can lose acknowledged events: run Countersign with a Node.js that brings 3.51.3 or later`,
    );
  }
};
