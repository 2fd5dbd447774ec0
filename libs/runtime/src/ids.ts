import type { Clock } from "./clock.ts";
import type { Random } from "./random.ts";

/** Makes new ids. Derived ids (idempotency, process managers) are made from their parts, not here. */
export interface Ids {
  /** A ULID: 26 characters, sortable by time. */
  ulid(): string;
}

/** Crockford's base 32: no I, L, O and U. */
const digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** Ids from a clock and a source of randomness. */
export const makeIds = (clock: Clock, random: Random): Ids => {
  let madeAt = -1;
  let time = "";
  return {
    ulid() {
      const now = clock.now();
      if (now !== madeAt) {
        madeAt = now;
        time = timeDigits(now);
      }
      let chance = "";
      for (let count = 0; count < 16; count++) chance = digitAt(random.next() * 32) + chance;
      return time + chance;
    },
  };
};

const digitAt = (place: number): string => digits.charAt(Math.floor(place));

/** Milliseconds since the epoch as ten digits, enough until the year 10889. */
const timeDigits = (ms: number): string => {
  let text = "";
  for (let left = ms; text.length < 10; left = Math.floor(left / 32)) {
    text = digitAt(left % 32) + text;
  }
  return text;
};
