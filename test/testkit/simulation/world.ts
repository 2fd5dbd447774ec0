import { makeDice, type Dice } from "./dice.ts";

/** Something that will happen. Equal times happen in the order in which they were planned. */
interface Planned {
  readonly at: number;
  readonly order: number;
  happen: (() => void) | null;
}

const earlier = (a: Planned, b: Planned): boolean =>
  a.at === b.at ? a.order < b.order : a.at < b.at;

/** 2026-03-02T08:00:00Z: any instant will do, it only has to be the same in every run. */
const BEGINNING = 1_772_438_400_000;

/**
 * The time and the chance of one run. Nothing happens but what was planned here, one thing at a time, and before the
 * next one everything that follows from it in the same turn has come to rest; so a run is a function of its seed.
 */
export class World {
  readonly dice: Dice;
  readonly reached = new Map<string, number>();
  readonly #heap: Planned[] = [];
  #time = BEGINNING;
  #planned = 0;
  #steps = 0;
  #failure: { readonly error: unknown } | undefined;

  constructor(seed: string) {
    this.dice = makeDice(seed);
  }

  /** Virtual milliseconds since the epoch: the true time, which no machine's clock shows exactly. */
  get time(): number {
    return this.#time;
  }

  /** Things that have happened so far. */
  get steps(): number {
    return this.#steps;
  }

  /** Counts a situation that a campaign must have seen. */
  reach(situation: string): void {
    this.reached.set(situation, (this.reached.get(situation) ?? 0) + 1);
  }

  /** Ends the run with this error at the next step. */
  fail(error: unknown): void {
    this.#failure ??= { error };
  }

  /** Lets `happen` happen in `ms` milliseconds. Returns what takes it back. */
  after(ms: number, happen: () => void): () => void {
    const planned: Planned = { at: this.#time + Math.max(0, ms), order: this.#planned, happen };
    this.#planned += 1;
    this.#push(planned);
    return () => {
      planned.happen = null;
    };
  }

  /** Lets things happen until `time` (virtual, absolute) has come. */
  async runUntil(time: number): Promise<void> {
    for (;;) {
      const next = this.#heap[0];
      if (next === undefined || next.at > time) break;
      this.#pop();
      if (next.happen === null) continue;
      this.#time = next.at;
      this.#steps += 1;
      next.happen();
      // Node runs all microtasks, also those that microtasks add, before it comes to an immediate.
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (this.#failure !== undefined) throw this.#failure.error;
    }
    this.#time = Math.max(this.#time, time);
  }

  #push(planned: Planned): void {
    const heap = this.#heap;
    let place = heap.length;
    heap.push(planned);
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !earlier(planned, parent)) break;
      heap[place] = parent;
      place = above;
    }
    heap[place] = planned;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let place = 0;
    for (;;) {
      let below = place * 2 + 1;
      const left = heap[below];
      if (left === undefined) break;
      const right = heap[below + 1];
      if (right !== undefined && earlier(right, left)) below += 1;
      const child = heap[below];
      if (child === undefined || !earlier(child, last)) break;
      heap[place] = child;
      place = below;
    }
    heap[place] = last;
  }
}
