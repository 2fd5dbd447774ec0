const DISK_FULL = "The disk is full: make room, then start again; what was acknowledged is kept.";
/** SQLite's result code for it. */
const SQLITE_FULL = 13;

/** Words for failures of the machine that whoever starts a service can do something about. */
const sentences: Readonly<Record<string, (error: NodeJS.ErrnoException) => string>> = {
  EADDRINUSE: (error) =>
    `${placeOf(error)} is in use by another process: stop that one, or set COUNTERSIGN_HTTP to another address.`,
  EADDRNOTAVAIL: (error) =>
    `${placeOf(error)} is no address of this machine: set COUNTERSIGN_HTTP to one that is.`,
  EACCES: (error) => `${placeOf(error)} may not be used: check the permissions.`,
  EPERM: (error) => `${placeOf(error)} may not be used: check the permissions.`,
  ENOENT: (error) => `${placeOf(error)} is not there.`,
  ENOTDIR: (error) => `${placeOf(error)} is no folder.`,
  EEXIST: (error) => `${placeOf(error)} is in the way: a folder of that name is needed.`,
  ENOSPC: () => DISK_FULL,
  EROFS: (error) => `${placeOf(error)} is on a disk that cannot be written.`,
};

const placeOf = (error: NodeJS.ErrnoException & { address?: string; port?: number }): string =>
  error.address === undefined
    ? (error.path ?? "A file")
    : `${error.address.includes(":") ? `[${error.address}]` : error.address}:${error.port ?? ""}`;

/** One sentence about a failure: the store's and the bus's own are sentences already. Never a stack. */
export const sentenceOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  if ("errcode" in error && error.errcode === SQLITE_FULL) return DISK_FULL;
  const known =
    "code" in error && typeof error.code === "string" ? sentences[error.code] : undefined;
  if (known !== undefined) return known(error);
  const [line = ""] = error.message.split("\n");
  return line.endsWith(".") ? line : `${line === "" ? error.name : line}.`;
};

/** Says on stderr what went wrong, one sentence a line, and lets the process end with exit code 1. */
export const fail = (lines: readonly string[]): void => {
  for (const line of lines) process.stderr.write(`${line}\n`);
  process.exitCode = 1;
};
