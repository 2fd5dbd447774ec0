import { hash } from "node:crypto";
import type { Random } from "@countersign/runtime/random.ts";

/** Everything in a run that is left to chance, drawn from its seed: the same seed throws the same dice. */
export interface Dice extends Random {
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number;
  /** True in `share` of all throws: 0 never, 1 always. A throw is used up either way. */
  chance(share: number): boolean;
  /** One of these. Throws a `RangeError` when there is none. */
  pick<T>(from: readonly T[]): T;
}

const WORDS = 16;

/** Dice from SHA-512 over (seed, counter), sixteen throws a digest. */
export const makeDice = (seed: string): Dice => {
  let block = Buffer.alloc(0);
  let blocks = 0;
  let used = WORDS;
  const next = (): number => {
    if (used === WORDS) {
      block = hash("sha512", `${seed}:${blocks}`, "buffer");
      blocks += 1;
      used = 0;
    }
    const word = block.readUInt32LE(used * 4);
    used += 1;
    return word / 2 ** 32;
  };
  return {
    next,
    between: (low, high) => low + Math.floor(next() * (high - low + 1)),
    chance: (share) => next() < share,
    pick: (from) => {
      const place = Math.floor(next() * from.length);
      if (from.length === 0) throw new RangeError("there is nothing to pick from");
      return from[place] as (typeof from)[number];
    },
  };
};
