import type { Clock } from "@countersign/runtime/clock.ts";
import { PassingSet } from "@countersign/runtime/passing.ts";

/** Something that waits until `at`, in monotonic milliseconds. */
export interface Waiting {
  readonly at: number;
  expire(): void;
}

/**
 * Ends waits that last too long with one timer for all of them. Nearly every request is answered long before its
 * deadline: a timer each would cost more than the request itself.
 */
export class Deadlines<T extends Waiting> {
  readonly #clock: Clock;
  readonly #waiting = new PassingSet<T>();
  #armedFor = Number.POSITIVE_INFINITY;
  #disarm: () => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(waiting: T): void {
    this.#waiting.add(waiting);
    if (waiting.at < this.#armedFor) this.#arm(waiting.at);
  }

  /** Leaves the timer armed: it finds nothing to do, which is cheaper than taking it back each time. */
  remove(waiting: T): void {
    this.#waiting.delete(waiting);
  }

  /** Takes all that still wait out, and answers them. */
  stop(): readonly T[] {
    this.#disarm();
    this.#armedFor = Number.POSITIVE_INFINITY;
    const left = this.#waiting.values();
    for (const waiting of left) this.#waiting.delete(waiting);
    return left;
  }

  #arm(at: number): void {
    this.#disarm();
    this.#armedFor = at;
    this.#disarm = this.#clock.after(Math.max(1, Math.ceil(at - this.#clock.monotonic())), () =>
      this.#sweep(),
    );
  }

  #sweep(): void {
    this.#armedFor = Number.POSITIVE_INFINITY;
    const now = this.#clock.monotonic();
    let next = Number.POSITIVE_INFINITY;
    for (const waiting of this.#waiting.values()) {
      if (waiting.at <= now) {
        // Unless the end of another one has answered it.
        if (this.#waiting.delete(waiting)) waiting.expire();
      } else if (waiting.at < next) next = waiting.at;
    }
    // Whatever an expiry added has armed the timer already; the earlier of the two counts.
    if (next < this.#armedFor) this.#arm(next);
  }
}
