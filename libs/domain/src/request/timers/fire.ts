import type { Reference } from "../../reference.ts";
import type { DecideContext, Decision, RequestCommand } from "../commands.ts";
import { expired, isDue } from "../ending/ending.ts";
import type { RequestEvent } from "../events.ts";
import { stateAfter } from "../follow.ts";
import type { KnownRequest, PendingRequest } from "../state.ts";
import { approachingAt } from "./approaching.ts";
import { onTimeout, passMark } from "./due-mark.ts";
import { inOrder, openTimers, type OpenTimer } from "./open.ts";
import { suppressed, takeStep } from "./steps.ts";
import { stillAsked } from "./told.ts";

export type FireCommand = Extract<RequestCommand, { type: "fire-timer" }>;

const nothing: Decision = { events: [] };

const isPast = ({ dueAt }: { readonly dueAt: string }, now: string): boolean =>
  Date.parse(dueAt) <= Date.parse(now);

/** True for a timer that could approve something. */
const approves = (state: PendingRequest, timer: OpenTimer, reference: Reference): boolean =>
  timer.kind === "auto_approve" ||
  (timer.kind === "due" && onTimeout(state, timer, reference) === "approve");

/** Of reminders of one ladder that are due together, the last before something ends it is enough. */
const givesWay = (timer: OpenTimer, due: readonly OpenTimer[]): boolean => {
  if (timer.kind !== "reminder") return false;
  for (const later of due) {
    if (later.plan !== timer.plan || inOrder(later, timer) <= 0) continue;
    if (later.kind === "reminder") return true;
    if (later.kind === "auto_approve" || later.kind === "auto_deny" || later.kind === "due") break;
  }
  return false;
};

const take = (
  state: PendingRequest,
  timer: OpenTimer,
  due: readonly OpenTimer[],
  context: DecideContext,
  reference: Reference,
): readonly RequestEvent[] => {
  if (givesWay(timer, due)) {
    const reason = "A later reminder of the same ladder is due as well.";
    return [suppressed(timer, "reminder", { code: "collapsed", reason })];
  }
  return timer.kind === "due"
    ? passMark(state, timer, context, reference)
    : takeStep(state, timer, context, reference);
};

/** The timer that a message names, when it stands in the request's own plan. */
const planned = (state: PendingRequest, command: FireCommand): OpenTimer | undefined =>
  openTimers(state).find(
    ({ kind, step, plan }) =>
      kind === command.kind &&
      step === command.step &&
      plan.level === command.level &&
      plan.payloadVersion === command.payloadVersion &&
      plan.generation === command.generation,
  );

/** Says once for each expiry that it approaches. */
const approach = (
  state: PendingRequest,
  { now }: DecideContext,
  reference: Reference,
): Decision => {
  const { expiresAt, createdAt, timers } = state;
  if (expiresAt === null || timers?.approached === expiresAt) return nothing;
  const dueAt = approachingAt(createdAt, expiresAt);
  if (dueAt === null || !isPast({ dueAt }, now)) return nothing;
  const told = stillAsked(state, reference, now);
  return { events: [{ type: "ExpiryApproaching", data: { expiresAt, dueAt, told } }] };
};

/**
 * The scheduler says that a timer is due. Only the request's own plan is trusted: a message that is early, repeated,
 * or of another payload version, level or generation changes nothing, and past its expiry the request expires instead.
 * What was due before it takes effect first, in order; an approving timer waits while the clock is not trusted that
 * far.
 */
export const fireTimer = (
  state: KnownRequest,
  command: FireCommand,
  context: DecideContext,
  reference: Reference,
): Decision => {
  const { now } = context;
  if (state.status !== "pending") return nothing;
  if (isDue(state, now)) return { events: [expired(state, reference)] };
  if (command.kind === "approaching") return approach(state, context, reference);
  const asked = planned(state, command);
  if (asked === undefined || !isPast(asked, now)) return nothing;
  const events: RequestEvent[] = [];
  let current = state;
  for (;;) {
    const due = openTimers(current).filter((timer) => isPast(timer, now));
    const next = due.find(
      (timer) =>
        inOrder(timer, asked) <= 0 &&
        !(approves(current, timer, reference) && !isPast(timer, command.approveUntil ?? now)),
    );
    if (next === undefined) return { events };
    const taken = take(current, next, due, context, reference);
    events.push(...taken);
    const after = stateAfter(current, taken, context);
    if (after.status !== "pending") return { events };
    if (openTimers(after).some((timer) => inOrder(timer, next) === 0)) {
      throw new Error(`timer ${next.kind} of step ${next.step} left nothing behind`);
    }
    current = after;
  }
};
