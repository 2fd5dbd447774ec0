import type { LeaseRegister } from "@countersign/messaging/lease-register.ts";
import { makeMemoryLeaseRegister } from "@countersign/messaging-memory/memory-lease-register.ts";
import { holdLease, type RenewedLease } from "@countersign/scheduler/lease.ts";
import { describe, expect, test } from "vitest";
import { ManualClock } from "../../testkit/manual-clock.ts";

/** A machine of its own: it can stop as a whole, and its broker can be away. */
class Contender {
  readonly clock = new ManualClock();
  readonly lease: RenewedLease;
  away = false;

  constructor(holder: string, register: LeaseRegister) {
    const unlessAway =
      <A extends readonly unknown[], T>(work: (...args: A) => Promise<T>) =>
      async (...args: A): Promise<T> => {
        if (this.away) throw new Error("the broker is away");
        return work(...args);
      };
    const reached: LeaseRegister = {
      read: unlessAway(() => register.read()),
      replace: unlessAway((name: string, seen: number | null) => register.replace(name, seen)),
    };
    this.lease = holdLease({ register: reached, holder, clock: this.clock });
  }
}

/** Lets time pass on all of these, 10 ms by 10 ms. */
const pass = async (ms: number, ...contenders: readonly Contender[]): Promise<void> => {
  for (let passed = 0; passed < ms; passed += 10)
    for (const { clock } of contenders) await clock.advance(10);
};

const leading = (...contenders: readonly Contender[]): boolean[] =>
  contenders.map(({ lease }) => lease.leads());

describe("the lease of the scheduler", () => {
  test("whoever is alone leads at once", async () => {
    const one = new Contender("one", makeMemoryLeaseRegister());
    expect(one.lease.leads()).toBe(false);
    await pass(10, one);
    expect(one.lease.leads()).toBe(true);
  });

  test("of several one leads, as long as it lives", async () => {
    const register = makeMemoryLeaseRegister();
    const all = ["one", "two", "three"].map((name) => new Contender(name, register));
    for (let second = 0; second < 20; second++) {
      await pass(1_000, ...all);
      expect(leading(...all)).toEqual([true, false, false]);
    }
  });

  test.each([0, 60, 120, 180, 240])(
    "one that stops is followed within two seconds, and does not lead when it goes on (%i ms on)",
    async (phase) => {
      const register = makeMemoryLeaseRegister();
      const [one, two] = [new Contender("one", register), new Contender("two", register)];
      await pass(phase, one);
      await pass(5_000, one, two);
      // Stopped, with a clock that goes on.
      await pass(1_600, two);
      expect(two.lease.leads()).toBe(true);
      const { clock } = one;
      const stopped = clock.monotonic();
      clock.monotonic = () => stopped + 1_600;
      expect(leading(one, two)).toEqual([false, true]);
      await pass(3_000, one, two);
      expect(leading(one, two)).toEqual([false, true]);
    },
  );

  test("one that is closed is followed within its successor's next look", async () => {
    const register = makeMemoryLeaseRegister();
    const [one, two] = [new Contender("one", register), new Contender("two", register)];
    await pass(1_000, one, two);
    await Promise.all([one.lease.close(), one.lease.close()]);
    expect(one.lease.leads()).toBe(false);
    await pass(260, two);
    expect(two.lease.leads()).toBe(true);
  });

  test("one that is cut off stops to lead before another begins, and works on its own in the end", async () => {
    const register = makeMemoryLeaseRegister();
    const [one, two] = [new Contender("one", register), new Contender("two", register)];
    await pass(1_000, one, two);
    one.away = true;
    let both = 0;
    for (let ms = 0; ms < 2_000; ms += 10) {
      await pass(10, one, two);
      if (leading(one, two).every(Boolean)) both += 1;
    }
    expect(both).toBe(0);
    expect(two.lease.leads()).toBe(true);
    await pass(2_000, one, two);
    // Nobody can be asked: that both work is harmless, that nobody works is not.
    expect(leading(one, two)).toEqual([true, true]);
    one.away = false;
    await pass(500, one, two);
    expect(leading(one, two)).toEqual([false, true]);
  });

  test("a renewal whose answer was lost is found again", async () => {
    const memory = makeMemoryLeaseRegister();
    let losing = false;
    const register: LeaseRegister = {
      read: () => memory.read(),
      async replace(holder, seen) {
        const written = await memory.replace(holder, seen);
        if (losing) throw new Error("no answer");
        return written;
      },
    };
    const one = new Contender("one", register);
    await pass(1_000, one);
    losing = true;
    await pass(300, one);
    losing = false;
    for (let ms = 0; ms < 2_000; ms += 100) {
      expect(one.lease.leads()).toBe(true);
      await pass(100, one);
    }
  });

  test("closing does not wait for a broker that never answers", async () => {
    const memory = makeMemoryLeaseRegister();
    const register: LeaseRegister = {
      read: () => memory.read(),
      replace: (holder, seen) =>
        holder === "" ? new Promise(() => undefined) : memory.replace(holder, seen),
    };
    const one = new Contender("one", register);
    await pass(1_000, one);
    let isClosed = false;
    void one.lease.close().then(() => (isClosed = true));
    await pass(990, one);
    expect(isClosed).toBe(false);
    await pass(10, one);
    expect(isClosed).toBe(true);
  });
});
