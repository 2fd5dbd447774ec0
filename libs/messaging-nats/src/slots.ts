/** At most so many at once; the rest waits in line. */
export class Slots {
  #free: number;
  /** Index of the first in `#line` that still waits. */
  #head = 0;
  #line: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** Resolves when it is the caller's turn, in the order of the calls. */
  take(): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1;
      return Promise.resolve();
    }
    return new Promise((resolve) => this.#line.push(resolve));
  }

  give(): void {
    const next = this.#line[this.#head];
    if (next === undefined) {
      this.#free += 1;
      return;
    }
    this.#head += 1;
    if (this.#head === this.#line.length || this.#head > 4_096) {
      this.#line = this.#line.slice(this.#head);
      this.#head = 0;
    }
    next();
  }
}
