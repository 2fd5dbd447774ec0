/** The only place that reads the machine's time. Everything else is given a `Clock`. */

export interface Clock {
  /** Wall-clock time in milliseconds since the epoch. */
  now(): number;
  /** Monotonic milliseconds, unaffected by clock changes. */
  monotonic(): number;
  /**
   * Calls `callback` once after `ms` (at most 2^31-1; callers with longer waits keep due times in a table and
   * look again). Returns a function that cancels it.
   */
  after(ms: number, callback: () => void): () => void;
}

/** The machine's clock. Timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(0, ms), 2 ** 31 - 1));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** ISO 8601 UTC with milliseconds, the only shape of time in events and on the wire. */
export const toIso = (ms: number): string => new Date(ms).toISOString();
