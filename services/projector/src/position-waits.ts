import type { Clock } from "@countersign/runtime/clock.ts";

interface Wait {
  readonly position: bigint;
  readonly settle: (reached: boolean) => void;
}

/** Queries that wait until the projection has come to a position: how a client reads its own writes. */
export class PositionWaits {
  readonly #clock: Clock;
  readonly #waits = new Set<Wait>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True once `position` is projected; false when it is not after `ms`, or the service closes. */
  reached(position: bigint, at: bigint, ms: number): Promise<boolean> | true {
    if (position <= at) return true;
    return new Promise((resolve) => {
      const wait: Wait = {
        position,
        settle: (reached) => {
          this.#waits.delete(wait);
          cancel();
          resolve(reached);
        },
      };
      const cancel = this.#clock.after(ms, () => wait.settle(false));
      this.#waits.add(wait);
    });
  }

  /** The projection stands at `position` now. */
  advance(position: bigint): void {
    if (this.#waits.size === 0) return;
    for (const wait of this.#waits) if (wait.position <= position) wait.settle(true);
  }

  close(): void {
    for (const wait of this.#waits) wait.settle(false);
  }
}
