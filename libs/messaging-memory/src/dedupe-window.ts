/**
 * Remembers ids, so that a publication that is repeated is recognised: each for at least the window (at most
 * twice as long), unless more than half of `maxIds` came after it. Two generations that take turns, because a
 * map that loses its oldest entry at every step gets slow (measured: 50,000 a second instead of a million).
 */
export class DedupeWindow {
  readonly #windowMs: number;
  readonly #perGeneration: number;
  #young = new Set<string>();
  #old = new Set<string>();
  #youngSince = 0;

  constructor(windowMs: number, maxIds: number) {
    this.#windowMs = windowMs;
    this.#perGeneration = maxIds / 2;
  }

  /** True when `id` was remembered already; else it is from now on. `now` is monotonic milliseconds. */
  repeated(id: string, now: number): boolean {
    if (now - this.#youngSince >= this.#windowMs || this.#young.size >= this.#perGeneration) {
      // After two windows without a publication the younger generation is forgotten as well.
      const idle = now - this.#youngSince >= 2 * this.#windowMs;
      this.#old = idle ? new Set() : this.#young;
      this.#young = new Set();
      this.#youngSince = now;
    }
    if (this.#young.has(id) || this.#old.has(id)) return true;
    this.#young.add(id);
    return false;
  }
}
