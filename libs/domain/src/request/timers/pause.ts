import { durationMs } from "../../policy/duration.ts";
import type { Reference } from "../../reference.ts";
import { chainOf } from "../levels/chain.ts";
import type { Question } from "../changes.ts";
import { policyOfLevel } from "../people/delegates.ts";
import type { KnownRequest } from "../state.ts";

/** Milliseconds by which questions may shift the timers of a level, in all: what its policy says, else nothing. */
export const pauseCapOf = (state: KnownRequest, level: number, reference: Reference): number => {
  const id = policyOfLevel(state.submitted, reference, level);
  const { policies } = chainOf(state, reference.definition);
  const written = policies.find((policy) => policy.id === id)?.pauseOnQuestion ?? "0";
  return durationMs(written) ?? 0;
};

/**
 * Milliseconds since `since` during which at least one question of the level was open, up to the cap. Questions that
 * are open at the same time count once; what is open still counts up to `until`.
 */
export const pausedMs = (
  questions: readonly Question[],
  level: number,
  capMs: number,
  since: string,
  until: string,
): number => {
  let total = 0;
  let covered = Date.parse(since);
  for (const { level: of, askedAt, answeredAt } of questions) {
    if (of !== level) continue;
    const end = Date.parse(answeredAt ?? until);
    const start = Math.max(Date.parse(askedAt), covered);
    if (end > start) total += end - start;
    covered = Math.max(covered, end);
  }
  return Math.min(total, capMs);
};

/**
 * By how much questions shift the timers of a level that was opened at `openedAt`. While one is open nobody knows how
 * long it will take: then the whole pause is taken, and given back with the answer.
 */
export const shiftOf = (
  state: KnownRequest,
  level: number,
  openedAt: string,
  reference: Reference,
): number => {
  const questions = state.dealings?.questions;
  if (questions === undefined) return 0;
  const cap = pauseCapOf(state, level, reference);
  const isAsking = questions.some(({ level: of, answer }) => of === level && answer === null);
  return isAsking ? cap : pausedMs(questions, level, cap, openedAt, openedAt);
};
