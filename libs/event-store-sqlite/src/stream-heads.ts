/**
 * The last revisions of the streams written or looked up most recently, so that the hot path does not ask the
 * database. Two generations: when the young one is full the old one is forgotten, which costs one Map operation
 * a use instead of the three of an exact least-recently-used order.
 */
export class StreamHeads {
  readonly #limit: number;
  #young = new Map<string, number>();
  #old = new Map<string, number>();

  /** Holds between `limit` and twice `limit` streams, about 100 bytes each. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The last revision, -1 for a stream known to be missing, `undefined` when it is not known. */
  get(stream: string): number | undefined {
    const young = this.#young.get(stream);
    if (young !== undefined) return young;
    const old = this.#old.get(stream);
    if (old !== undefined) this.set(stream, old);
    return old;
  }

  set(stream: string, revision: number): void {
    this.#young.set(stream, revision);
    if (this.#young.size < this.#limit) return;
    this.#old = this.#young;
    this.#young = new Map();
  }
}
