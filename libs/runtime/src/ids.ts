import type { Clock } from "./clock.ts";
import type { Random } from "./random.ts";

/** Makes new ids. Derived ids (idempotency, process managers) are made from their parts, not here. */
export interface Ids {
  /** A ULID: 26 characters, sortable by time. */
  ulid(): string;
}

/** Crockford's base 32, without I, L, O and U, as character codes. */
const digits = Array.from("0123456789ABCDEFGHJKMNPQRSTVWXYZ", (digit) => digit.charCodeAt(0));

/** Ids from a clock and a source of randomness. */
export const makeIds = (clock: Clock, random: Random): Ids => {
  let madeAt = -1;
  let time = "";
  // Filled anew for each id, so that an id is two strings put together and not twenty-six.
  const chance = Array.from({ length: 16 }, () => 0);
  return {
    ulid() {
      const now = clock.now();
      if (now !== madeAt) {
        madeAt = now;
        time = timeDigits(now);
      }
      for (let place = 15; place >= 0; place--) chance[place] = digitAt(random.next() * 32);
      return time + String.fromCharCode(...chance);
    },
  };
};

const digitAt = (value: number): number => digits[Math.floor(value)] ?? 0;

/** Milliseconds since the epoch as ten digits, enough until the year 10889. */
const timeDigits = (ms: number): string => {
  let text = "";
  for (let left = ms; text.length < 10; left = Math.floor(left / 32)) {
    text = String.fromCharCode(digitAt(left % 32)) + text;
  }
  return text;
};
