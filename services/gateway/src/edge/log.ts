/** As much of a logger as the gateway needs; pino's fits. */
export interface Log {
  debug(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  /** Left out: every level is on. */
  isLevelEnabled?(level: string): boolean;
}
