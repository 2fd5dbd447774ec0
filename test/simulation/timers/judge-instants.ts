import type { Calendar } from "@countersign/domain/definition/calendar.ts";
import { wallClock, type Shown } from "../../business-time/minute-walk.ts";
import { holidays, windows, type TimePolicy } from "./time-policies.ts";

/** An instant as it was planned. */
interface Instant {
  readonly startAt: string;
  readonly dueAt: string;
  readonly zone: string | null;
}

/** Whether timers were planned for the right time, by the policy that was written and a clock on the wall. */
export class InstantJudge {
  readonly #clocks = new Map<string, (ms: number) => Shown>();

  /** `step` of a level's ladder, from 1; null for its due mark. */
  isRight({ zone, after, timeout }: TimePolicy, step: number | null, planned: Instant): boolean {
    const length = step === null ? timeout : after[step - 1];
    const [start, due] = [Date.parse(planned.startAt), Date.parse(planned.dueAt)];
    if (length === undefined || length === null || planned.zone !== zone) return false;
    if (zone === null) return due === start + length;
    return due >= start + length && this.#isOpen(zone, due - 1);
  }

  #isOpen(zone: string, ms: number): boolean {
    let clock = this.#clocks.get(zone);
    if (clock === undefined) this.#clocks.set(zone, (clock = wallClock(zone)));
    const { weekday, date, time } = clock(ms);
    const hours: Calendar["hours"] = windows;
    return (
      !holidays.includes(date) &&
      (hours[weekday] ?? []).some((window) => {
        const [from = "", until = ""] = window.split("-");
        return from <= time && time < until;
      })
    );
  }
}
