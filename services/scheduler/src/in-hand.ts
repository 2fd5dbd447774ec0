import { dueKey, type DueRow } from "@countersign/read-models/due/due-row.ts";
import type { Gone } from "@countersign/read-models/due/removed.ts";

/** One timer that was published and has not taken effect yet. */
interface Sent {
  readonly row: DueRow;
  readonly attempts: number;
  /** Monotonic milliseconds at which it is published again. */
  readonly againAt: number;
}

const FIRST_AGAIN_MS = 500;
/** Half of the minute within which nothing may be overdue any more, once everybody is there again. */
const LONGEST_AGAIN_MS = 30_000;
/** Attempts, some ten minutes, after which a timer counts as one that nobody hears. */
const UNHEARD_ATTEMPTS = 25;
/** Attempts, about a day, after which nobody is expected to act on it any more. */
const PATIENT_ATTEMPTS = 2_900;
/** Between attempts from then on. */
const RARELY_AGAIN_MS = 3_600_000;

const pauseAfter = (attempts: number): number =>
  attempts >= PATIENT_ATTEMPTS
    ? RARELY_AGAIN_MS
    : Math.min(FIRST_AGAIN_MS * 2 ** Math.min(attempts - 1, 10), LONGEST_AGAIN_MS);

/**
 * What was published and stands until its effect, or what made it void, is seen in the log. A timer on which the
 * decider does not act although the table has it is repeated at growing intervals: the clocks may differ, a message
 * may be lost, approving timers may be paused. After a day without an effect it is said once an hour.
 */
export class InHand {
  readonly #sent = new Map<string, Map<string, Sent>>();
  #size = 0;
  /** Of these, those whose first message is still young: what the commander may be busy with. */
  #fresh = 0;
  #unheard = 0;

  get size(): number {
    return this.#size;
  }

  get fresh(): number {
    return this.#fresh;
  }

  /** Timers that were repeated for ten minutes: an operator should look. */
  get unheard(): number {
    return this.#unheard;
  }

  /** Which attempt it would be to publish it now; 0 while it has to wait, `held` behind another timer of its stream. */
  nextAttempt(row: DueRow, now: number): number | "held" {
    const ofStream = this.#sent.get(row.stream);
    if (ofStream === undefined) return 1;
    const sent = ofStream.get(dueKey(row));
    if (sent !== undefined) return sent.againAt <= now ? sent.attempts + 1 : 0;
    // Timers of one request are told in their order: the next when the one before took effect, or had its time to.
    for (const { attempts, againAt } of ofStream.values())
      if (attempts === 1 && againAt > now) return "held";
    return 1;
  }

  /** Said before it is published: in one process its effect may be seen before the bus has answered. */
  publishing(row: DueRow, attempt: number, now: number): void {
    if (attempt === 1) this.#fresh += 1;
    if (attempt === 2) this.#fresh -= 1;
    if (attempt === UNHEARD_ATTEMPTS) this.#unheard += 1;
    let ofStream = this.#sent.get(row.stream);
    if (ofStream === undefined) this.#sent.set(row.stream, (ofStream = new Map()));
    if (attempt === 1) this.#size += 1;
    ofStream.set(dueKey(row), { row, attempts: attempt, againAt: now + pauseAfter(attempt) });
  }

  /** It was not published after all. */
  forget(row: DueRow): void {
    this.#forget(row.stream, dueKey(row));
  }

  /** An event was seen that took rows of this stream away: they took effect, or never will. */
  forgetGone(stream: string, gone: Gone): void {
    const ofStream = this.#sent.get(stream);
    if (ofStream === undefined) return;
    for (const [key, { row }] of ofStream)
      if (gone === "all" || gone(row)) this.#forget(stream, key);
  }

  #forget(stream: string, key: string): void {
    const ofStream = this.#sent.get(stream);
    const sent = ofStream?.get(key);
    if (ofStream === undefined || sent === undefined) return;
    if (sent.attempts === 1) this.#fresh -= 1;
    if (sent.attempts >= UNHEARD_ATTEMPTS) this.#unheard -= 1;
    this.#size -= 1;
    ofStream.delete(key);
    if (ofStream.size === 0) this.#sent.delete(stream);
  }
}
