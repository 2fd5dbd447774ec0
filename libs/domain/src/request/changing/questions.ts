import type { Reference } from "../../reference.ts";
import type { ChangeCommandOf } from "../change-commands.ts";
import type { Question } from "../changes.ts";
import type { DecideContext, Decision } from "../commands.ts";
import { inTime } from "../ending/ending.ts";
import { refuse } from "../refusals.ts";
import { isAsker, slotAt, unprocessable } from "../people/standing-rights.ts";
import type { KnownRequest } from "../state.ts";
import { pauseCapOf, pausedMs } from "../timers/pause.ts";
import type { QuestionView } from "../view/wire.ts";

/** Questions that one request takes: every picture of it carries them. */
export const MAX_QUESTIONS = 50;

/** An approver of the open level asks the requester something. The request stays pending, and its expiry stays. */
export const question = (
  state: KnownRequest,
  text: string,
  { principal, now }: DecideContext,
  reference: Reference,
): Decision => {
  if (principal === null) {
    return { events: [], refusal: refuse("forbidden", "Questions are asked by approvers.") };
  }
  const timely = inTime(state, now, reference);
  if (!("inTime" in timely)) return timely;
  const asked = state.dealings?.questions.length ?? 0;
  if (asked >= MAX_QUESTIONS) {
    const message = `would be more than the ${MAX_QUESTIONS} questions that a request takes`;
    return { events: [], refusal: unprocessable("text", message) };
  }
  const place = slotAt(state, null, principal, reference, now);
  if ("refusal" in place) return { events: [], refusal: place.refusal };
  const level = place.open.number;
  const pauseCapMs = pauseCapOf(state, level, reference);
  const data = { questionId: `q${asked + 1}`, level, text, pauseCapMs };
  return { events: [{ type: "QuestionAsked", data }] };
};

/** The requester, or the owner of the asking agent, answers. Without an id the oldest open question is meant. */
export const answer = (
  state: KnownRequest,
  { text, questionId }: ChangeCommandOf<"answer">,
  { principal, now }: DecideContext,
  reference: Reference,
): Decision => {
  if (principal === null || !isAsker(state, principal)) {
    return {
      events: [],
      refusal: refuse(
        "forbidden",
        "Only the requester and the owner of the asking agent answer questions.",
      ),
    };
  }
  const timely = inTime(state, now, reference);
  if (!("inTime" in timely)) return timely;
  const questions = state.dealings?.questions ?? [];
  const meant = questions.find(({ id, answer: given }) =>
    questionId === null ? given === null : id === questionId,
  );
  if (meant === undefined) {
    return {
      events: [],
      refusal: unprocessable(
        "question_id",
        questionId === null ? "is missing: no question is open" : "names no question",
      ),
    };
  }
  if (meant.answer !== null) {
    return meant.answer === text && meant.answeredBy === principal.id
      ? { events: [] }
      : { events: [], refusal: refuse("conflict", "This question was answered before.") };
  }
  const level = meant.level;
  const cap = pauseCapOf(state, level, reference);
  const others = questions.filter(({ id }) => id !== meant.id);
  const stillOpen = others.some(({ level: of, answer: given }) => of === level && given === null);
  const asked = state.levels[level - 1];
  const since = asked?.status === "open" ? asked.openedAt : null;
  // Shifted in one piece, once the last open question of the level is answered.
  let before = 0;
  for (const { level: of, answeredAt, pausedMs: shifted } of questions) {
    // What was answered before the level was opened again shifted timers that are gone.
    if (of === level && answeredAt !== null && answeredAt > (since ?? "")) before += shifted;
  }
  const shift =
    stillOpen || since === null
      ? 0
      : Math.max(0, pausedMs(questions, level, cap, since, now) - before);
  const data = { questionId: meant.id, level, text, pausedMs: shift };
  return { events: [{ type: "QuestionAnswered", data }] };
};

/** A question on the wire, in this order of keys. */
export const questionView = (asked: Question): QuestionView => ({
  id: asked.id,
  level: asked.level,
  text: asked.text,
  asked_by: asked.askedBy,
  asked_at: asked.askedAt,
  answer: asked.answer,
  answered_by: asked.answeredBy,
  answered_at: asked.answeredAt,
});
