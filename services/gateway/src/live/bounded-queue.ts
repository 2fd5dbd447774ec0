/**
 * Values on their way from events that push to a reader that pulls. A reader that falls too far behind is cut off with
 * the values it has not read: it reads again and resumes.
 */
export class BoundedQueue<T> implements AsyncIterableIterator<T, undefined> {
  readonly #capacity: number;
  readonly #values: T[] = [];
  #waiting: ((result: IteratorResult<T, undefined>) => void) | undefined;
  #ended = false;
  #callback: (() => void) | undefined;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Called once when it ends, whoever ended it; at once if it has. */
  whenEnded(callback: () => void): void {
    if (this.#ended) callback();
    else this.#callback = callback;
  }

  push(value: T): void {
    if (this.#ended) return;
    const waiting = this.#waiting;
    if (waiting !== undefined) {
      this.#waiting = undefined;
      waiting({ value, done: false });
      return;
    }
    this.#values.push(value);
    if (this.#values.length > this.#capacity) {
      this.#values.length = 0;
      this.end();
    }
  }

  /** What was pushed before is still read. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#callback?.();
    this.#waiting?.({ value: undefined, done: true });
    this.#waiting = undefined;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    const value = this.#values.shift();
    if (value !== undefined) return Promise.resolve({ value, done: false });
    if (this.#ended) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.#values.length = 0;
    this.end();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
