import { randomFillSync } from "node:crypto";

/** Randomness as a port, so that a simulation can be seeded. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
}

const pool = new Uint32Array(1024);
let used = pool.length;

/** Cryptographic randomness, drawn in blocks. */
export const systemRandom: Random = {
  next() {
    if (used === pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    const word = pool[used++] ?? 0;
    return word / 2 ** 32;
  },
};
