/** Remembers ids for a while, so that a publication that is repeated is recognised. Bounded in time and number. */
export class DedupeWindow {
  readonly #windowMs: number;
  readonly #maxIds: number;
  /** Id → when it was first seen; in that order, as ids are only ever added. */
  readonly #seen = new Map<string, number>();

  constructor(windowMs: number, maxIds: number) {
    this.#windowMs = windowMs;
    this.#maxIds = maxIds;
  }

  /** True when `id` was remembered already; else it is from now on. `now` is monotonic milliseconds. */
  repeated(id: string, now: number): boolean {
    for (const [oldest, at] of this.#seen) {
      if (at + this.#windowMs > now && this.#seen.size < this.#maxIds) break;
      this.#seen.delete(oldest);
    }
    if (this.#seen.has(id)) return true;
    this.#seen.set(id, now);
    return false;
  }
}
