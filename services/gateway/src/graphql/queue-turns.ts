import type { Clock } from "@countersign/runtime/clock.ts";
import type { QueueEntry } from "./entry-memo.ts";

/** Looks at a queue again when a delegation begins or ends: no event says so. */
export interface Turns {
  /** Something may change at this time, in milliseconds; the earliest counts, and what is asked then brings the next. */
  expect(at: number): void;
  close(): void;
}

/** Clocks differ a little: by then it has changed for the projector too. */
const LATER_MS = 250;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const makeTurns = (clock: Clock, look: () => void): Turns => {
  let due = Number.POSITIVE_INFINITY;
  let cancel = (): void => {};
  const arm = (): void => {
    const left = Math.max(0, due - clock.now());
    cancel = clock.after(Math.min(left, LONGEST_TIMER_MS), () => {
      if (clock.now() < due) {
        arm();
        return;
      }
      due = Number.POSITIVE_INFINITY;
      look();
    });
  };
  return {
    expect(at) {
      if (at + LATER_MS <= clock.now() || at + LATER_MS >= due) return;
      due = at + LATER_MS;
      cancel();
      arm();
    },
    close() {
      due = Number.NEGATIVE_INFINITY;
      cancel();
    },
  };
};

/** When a delegation concerns this person's part in a request, or does not any more. */
export const turnsOf = (
  { stand_ins: standIns, handed_over: handedOver }: QueueEntry,
  person: string,
): number[] =>
  [...standIns, ...handedOver].flatMap((span) =>
    span.person === person ? [span.starts, span.ends] : [],
  );
