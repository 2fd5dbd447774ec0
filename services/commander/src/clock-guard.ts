import { toIso, type Clock } from "@countersign/runtime/clock.ts";
import type { Log } from "@countersign/runtime/log.ts";

/** How far the wall clock may go apart from the monotonic one between two looks before that is a jump. */
const JUMP_MS = 600_000;

/**
 * Keeps a wall clock that jumps from approving anything. As long as the two clocks go together, the wall clock counts.
 * After a jump of more than ten minutes, forward or back, approving timers are due by the time that would be without
 * it: the wall clock before the jump and the monotonic time since. The guard is down again when the wall clock is back
 * within ten minutes of that, or with a restart, by which an operator says that the new time is the right one. A machine
 * that slept looks the same and only delays approvals by its sleep.
 */
export class ClockGuard {
  readonly #clock: Clock;
  readonly #log: Log;
  #wall: number;
  #monotonic: number;
  #jumped = false;

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
    this.#wall = clock.now();
    this.#monotonic = clock.monotonic();
  }

  /** ISO 8601: approving timers due after this wait. Null while the wall clock is trusted. */
  approveUntil(): string | null {
    const wall = this.#clock.now();
    const monotonic = this.#clock.monotonic();
    const expected = this.#wall + (monotonic - this.#monotonic);
    const byMs = wall - expected;
    if (Math.abs(byMs) <= JUMP_MS) {
      if (this.#jumped)
        this.#log.warn({ byMs }, "the wall clock is back, and timers approve again");
      this.#jumped = false;
      this.#wall = wall;
      this.#monotonic = monotonic;
      return null;
    }
    if (!this.#jumped) {
      const message = "the wall clock jumped: approving timers wait for the time before it";
      this.#log.error({ byMs, expected: toIso(expected) }, message);
    }
    this.#jumped = true;
    return toIso(expected);
  }
}
