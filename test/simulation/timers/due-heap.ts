/** Something with a time. */
export interface Timed {
  readonly dueMs: number;
}

/** A binary heap with the earliest on top. */
export class DueHeap<Entry extends Timed> {
  readonly #entries: Entry[] = [];

  get first(): Entry | undefined {
    return this.#entries[0];
  }

  push(entry: Entry): void {
    const entries = this.#entries;
    let at = entries.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = entries[parent];
      if (above === undefined || above.dueMs <= entry.dueMs) break;
      entries[at] = above;
      at = parent;
    }
    entries[at] = entry;
  }

  pop(): Entry | undefined {
    const entries = this.#entries;
    const first = entries[0];
    const last = entries.pop();
    if (first === undefined || last === undefined || entries.length === 0) return first;
    let at = 0;
    for (;;) {
      const left = entries[2 * at + 1];
      const right = entries[2 * at + 2];
      if (left === undefined) break;
      const isRight = right !== undefined && right.dueMs < left.dueMs;
      const below = isRight ? right : left;
      if (below.dueMs >= last.dueMs) break;
      entries[at] = below;
      at = 2 * at + (isRight ? 2 : 1);
    }
    entries[at] = last;
    return first;
  }
}
