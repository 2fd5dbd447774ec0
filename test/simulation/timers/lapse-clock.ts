import { setImmediate as turn } from "node:timers/promises";
import type { Clock } from "@countersign/runtime/clock.ts";

interface Alarm {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock whose wall and monotonic time go together unless the wall clock is set; years pass in one step. */
export class LapseClock implements Clock {
  #wall: number;
  #monotonic = 1_000;
  /** What the wall clock would show if nobody had set it. */
  #unset: number;
  readonly #alarms = new Set<Alarm>();

  constructor(wall: number) {
    this.#wall = wall;
    this.#unset = wall;
  }

  now(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  /** Milliseconds by which the wall clock was set. */
  get setBy(): number {
    return this.#wall - this.#unset;
  }

  after(ms: number, callback: () => void): () => void {
    const alarm = { at: this.#monotonic + Math.max(0, ms), callback };
    this.#alarms.add(alarm);
    return () => this.#alarms.delete(alarm);
  }

  /** Lets time pass at once: whoever slept is woken late, as on a machine that slept. */
  lapse(ms: number): void {
    this.#wall += ms;
    this.#unset += ms;
    this.#monotonic += ms;
    const due = [...this.#alarms].filter(({ at }) => at <= this.#monotonic);
    for (const alarm of due.toSorted((a, b) => a.at - b.at)) {
      if (this.#alarms.delete(alarm)) alarm.callback();
    }
  }

  /** Sets the wall clock, as an operator or a time server does: nobody is woken. */
  set(ms: number): void {
    this.#wall += ms;
  }
}

/** Some turns of the event loop, after which what only waited for other work of this process is done. */
export const turns = async (count: number): Promise<void> => {
  for (let done = 0; done < count; done++) await turn();
};
