import { StoreFailed } from "@countersign/event-store/errors.ts";

const primaryCode = (error: unknown): number | undefined => {
  if (!(error instanceof Error) || !("errcode" in error)) return undefined;
  return typeof error.errcode === "number" ? error.errcode & 0xff : undefined;
};

/** SQLite's primary result codes that have a sentence of their own. */
const sentences = new Map<number, (path: string) => string>([
  [5, (path) => `${path} is locked by another program: stop it and start again`],
  [8, (path) => `${path} may not be written: check its permissions and those of its folder`],
  [
    10,
    (path) =>
      `the disk under ${path} failed: check the disk, then start again; every acknowledged event was synced before`,
  ],
  [11, damaged],
  [
    13,
    (path) =>
      `the disk under ${path} is full: make room, then start again; every acknowledged event is kept`,
  ],
  [14, (path) => `${path} cannot be opened: check that its folder exists and may be written`],
  [26, damaged],
]);

function damaged(path: string): string {
  return `${path} is damaged or no SQLite database: move it away, put a backup in its place and start again; it was not changed`;
}

/** What SQLite said about the file at `path`, as a sentence that says what to do. The original error is the cause. */
export const storeFailure = (path: string, cause: unknown): StoreFailed => {
  if (cause instanceof StoreFailed) return cause;
  const sentence = sentences.get(primaryCode(cause) ?? 0)?.(path);
  const said = cause instanceof Error ? cause.message : String(cause);
  return new StoreFailed(
    sentence === undefined
      ? `the event store ${path} failed: ${said}`
      : `${sentence} (SQLite: ${said})`,
    { cause },
  );
};

/** Whether SQLite answered that somebody else holds the lock. */
export const isLocked = (error: unknown): boolean => primaryCode(error) === 5;
