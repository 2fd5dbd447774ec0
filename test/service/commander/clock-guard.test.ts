import { describe, expect, test } from "vitest";
import { makeLog } from "@countersign/runtime/log.ts";
import { ManualClock } from "../../testkit/manual-clock.ts";
import { ClockGuard } from "@countersign/commander/clock-guard.ts";

const HOUR = 3_600_000;

const guarded = (): { readonly clock: ManualClock; readonly guard: ClockGuard } => {
  const clock = new ManualClock(Date.parse("2026-03-01T10:00:00.000Z"));
  return { clock, guard: new ClockGuard(clock, makeLog("test", "silent")) };
};

describe("a wall clock that jumps", () => {
  test("is trusted as long as it goes with the monotonic one", async () => {
    const { clock, guard } = guarded();
    await clock.advance(100 * HOUR);
    expect(guard.approveUntil()).toBeNull();
    clock.jump(600_000);
    expect(guard.approveUntil()).toBeNull();
    clock.jump(-600_000);
    expect(guard.approveUntil()).toBeNull();
  });

  test("forward approves nothing that was not due without the jump", async () => {
    const { clock, guard } = guarded();
    clock.jump(72 * HOUR);
    expect(guard.approveUntil()).toBe("2026-03-01T10:00:00.000Z");
    await clock.advance(2 * HOUR);
    expect(guard.approveUntil()).toBe("2026-03-01T12:00:00.000Z");
  });

  test("back is guarded likewise, also when it comes forward again by too much", async () => {
    const { clock, guard } = guarded();
    clock.jump(-HOUR);
    expect(guard.approveUntil()).toBe("2026-03-01T10:00:00.000Z");
    clock.jump(10 * HOUR);
    expect(guard.approveUntil()).toBe("2026-03-01T10:00:00.000Z");
  });

  test("is trusted again when it is back where it would be without the jump", async () => {
    const { clock, guard } = guarded();
    clock.jump(72 * HOUR);
    expect(guard.approveUntil()).not.toBeNull();
    await clock.advance(HOUR);
    clock.jump(-72 * HOUR);
    expect(guard.approveUntil()).toBeNull();
    expect(clock.now()).toBe(Date.parse("2026-03-01T11:00:00.000Z"));
  });

  test("by little steps that nobody saw together is one jump", () => {
    const { clock, guard } = guarded();
    clock.jump(400_000);
    clock.jump(400_000);
    expect(guard.approveUntil()).not.toBeNull();
  });
});
