import type { Clock } from "@countersign/runtime/clock.ts";

/** Something that waits until `at`, in monotonic milliseconds. */
export interface Waiting {
  readonly at: number;
  expire(): void;
}

/**
 * Ends waits that last too long with one timer for all of them. Nearly every request is answered long before its
 * deadline: a timer each would cost more than the request itself.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #waiting = new Set<Waiting>();
  #armedFor = Number.POSITIVE_INFINITY;
  #disarm: () => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(waiting: Waiting): void {
    this.#waiting.add(waiting);
    if (waiting.at < this.#armedFor) this.#arm(waiting.at);
  }

  /** Leaves the timer armed: it finds nothing to do, which is cheaper than taking it back each time. */
  remove(waiting: Waiting): void {
    this.#waiting.delete(waiting);
  }

  stop(): void {
    this.#disarm();
    this.#armedFor = Number.POSITIVE_INFINITY;
    this.#waiting.clear();
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
    for (const waiting of this.#waiting) {
      if (waiting.at <= now) {
        this.#waiting.delete(waiting);
        waiting.expire();
      } else if (waiting.at < next) next = waiting.at;
    }
    // Whatever an expiry added has armed the timer already; the earlier of the two counts.
    if (next < this.#armedFor) this.#arm(next);
  }
}
