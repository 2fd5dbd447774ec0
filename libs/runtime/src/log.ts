import pino from "pino";

/** A structured log: one JSON line an entry, on stderr. `err` holds an error. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

/** What must never stand in a log, wherever it occurs at the first two depths. */
const secrets = ["token", "key", "password", "authorization", "cookie", "secret"].flatMap(
  (name) => [name, `*.${name}`],
);

/** The process's log, written synchronously so that the last line before an exit is there. */
export const makeLog = (service: string, level: LogLevel): Log =>
  pino(
    { base: { service }, level, redact: { paths: secrets, censor: "[secret]" } },
    pino.destination({ dest: 2, sync: true }),
  );
