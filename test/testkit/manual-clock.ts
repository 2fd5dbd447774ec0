import { setImmediate as turn } from "node:timers/promises";
import type { Clock } from "@countersign/runtime/clock.ts";

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock that stands still until it is told to go on. */
export class ManualClock implements Clock {
  #now: number;
  #monotonic = 1_000;
  #timers = new Set<Timer>();

  constructor(now = Date.parse("2026-03-01T10:00:00.000Z")) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#monotonic + Math.max(0, ms), callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Milliseconds until each timer that waits, shortest first. */
  waiting(): readonly number[] {
    return [...this.#timers].map(({ at }) => at - this.#monotonic).toSorted((a, b) => a - b);
  }

  /** Lets time pass; timers are called in their order, each with the machine idle before it. */
  async advance(ms: number): Promise<void> {
    const end = this.#monotonic + ms;
    for (;;) {
      await idle();
      const next = [...this.#timers].toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined || next.at > end) break;
      this.#timers.delete(next);
      this.#now += next.at - this.#monotonic;
      this.#monotonic = next.at;
      next.callback();
    }
    this.#now += end - this.#monotonic;
    this.#monotonic = end;
    await idle();
  }

  /** Sets the wall clock, as an operator or a time server does: no timer notices. */
  jump(ms: number): void {
    this.#now += ms;
  }
}

/** Some turns of the event loop, after which what only waited for other work of this process is done. */
export const idle = async (): Promise<void> => {
  for (let count = 0; count < 25; count++) await turn();
};
