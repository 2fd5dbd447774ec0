import { describe, expect, test } from "vitest";
import { systemClock } from "@countersign/runtime/clock.ts";
import { makeIds } from "@countersign/runtime/ids.ts";

/** A ULID made at `ms` with the given chances, one after the other. */
const ulidAt = (ms: number, ...chances: readonly number[]): string => {
  let drawn = 0;
  const random = { next: () => chances[drawn++ % chances.length] ?? 0 };
  return makeIds({ ...systemClock, now: () => ms }, random).ulid();
};

describe("a ULID", () => {
  test("begins with its milliseconds", () => {
    // The example of the ULID specification.
    expect(ulidAt(1_469_918_176_385, 0)).toBe("01ARYZ6S410000000000000000");
    expect(ulidAt(2 ** 48 - 1, 0)).toBe("7ZZZZZZZZZ0000000000000000");
  });

  test("ends with eighty bits of chance", () => {
    expect(ulidAt(1, 1 - 2 ** -32)).toBe(`0000000001${"Z".repeat(16)}`);
    expect(ulidAt(1, 0, 0.5)).toBe(`0000000001${"G0".repeat(8)}`);
    const all = Array.from({ length: 32 }, (_, n) => ulidAt(1, n / 32).at(-1));
    expect(all.join("")).toBe("0123456789ABCDEFGHJKMNPQRSTVWXYZ");
  });

  test("has the time of now, though many are made", () => {
    let now = 1_000;
    const ids = makeIds({ ...systemClock, now: () => now }, { next: () => 0 });
    const made = [1_000, 1_000, 1_001, 999].map((ms) => {
      now = ms;
      return ids.ulid().slice(0, 10);
    });
    expect(made).toEqual(["00000000Z8", "00000000Z8", "00000000Z9", "00000000Z7"]);
  });
});
