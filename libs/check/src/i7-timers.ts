import type { RequestEvent } from "@countersign/domain/request/events.ts";
import type { TimerRef } from "@countersign/domain/request/timers/events.ts";
import type { History } from "./history.ts";
import { escalationFault } from "./i7-escalations.ts";
import { ladderOf, planFault } from "./i7-plans.ts";
import { violation, type LogEntry, type Violation } from "./log-entry.ts";
import { tellRequests, type RequestStory } from "./request-story.ts";
import { noTimerStory, tellTimers, type TimerStory } from "./timer-story.ts";

const MINUTE = 60_000;

/** What follows a due mark in the same command, on the mark's own account. */
const follows: ReadonlySet<string> = new Set([
  "CallerPaused",
  "TimerSuppressed",
  "LevelAutoApproved",
  "RequestDenied",
  "RequestExpired",
]);

const isMarksOwn = (entry: LogEntry, { previous }: TimerStory, ref: TimerRef): boolean =>
  ref.step === null &&
  follows.has(entry.type) &&
  previous?.type === "LevelOverdue" &&
  previous.metadata.commandId === entry.metadata.commandId;

/** Why a timer cannot have taken effect here: none of that name was open, or it is too early. */
const effectFault = (
  entry: LogEntry,
  story: RequestStory,
  timers: TimerStory,
  ref: TimerRef,
): string | null => {
  const what = `${entry.type} of step ${ref.step ?? "due mark"} of ${ref.level === null ? "the chain" : `level ${ref.level}`}`;
  const plan = timers.plans.get(ref.level);
  const planned = plan?.data.timers.find(({ step }) => step === ref.step);
  if (plan === undefined || planned === undefined) {
    return `${what} was never planned.`;
  }
  if (
    plan.data.payloadVersion !== ref.payloadVersion ||
    ref.payloadVersion !== timers.payloadVersion ||
    plan.data.generation !== ref.generation ||
    planned.dueAt !== ref.dueAt
  ) {
    return `${what} is of another plan than the present one.`;
  }
  if (isMarksOwn(entry, timers, ref)) {
    return null;
  }
  if (plan.past.has(ref.step)) {
    return `${what} takes effect a second time.`;
  }
  if (ref.level !== null && story.levels.get(ref.level)?.status !== "open") {
    return `${what} takes effect although the level is not open.`;
  }
  const isHurried =
    timers.hurried.has(entry.metadata.commandId) &&
    (entry.type === "RequestEscalated" || entry.type === "TimerSuppressed");
  if (!isHurried && Date.parse(entry.metadata.occurredAt) < Date.parse(planned.dueAt)) {
    return `${what} takes effect before ${planned.dueAt}.`;
  }
  return isHurried || entry.metadata.actor.kind === "timer"
    ? null
    : `${what} is not done by a timer.`;
};

const approachFault = (
  entry: LogEntry,
  { createdAt, expiresAt, approached }: TimerStory,
  data: { readonly expiresAt: string },
): string | null => {
  if (data.expiresAt !== expiresAt || approached === expiresAt) {
    return `the expiry ${data.expiresAt} is said to approach although it is none, or was said before.`;
  }
  const whole = Date.parse(expiresAt) - Date.parse(createdAt);
  const left = Date.parse(expiresAt) - Date.parse(entry.metadata.occurredAt);
  const most = Math.min(24 * 60 * MINUTE, Math.max(5 * MINUTE, whole / 10));
  return whole < 10 * MINUTE || left > most
    ? `the expiry ${expiresAt} is said to approach too early.`
    : null;
};

/** A level or request that a timer approves says so in the event before: silence alone is no path to a grant. */
const silentFault = (entry: LogEntry, by: string, { previous }: TimerStory): string | null => {
  if (by !== "timer") {
    return null;
  }
  const isSaid =
    previous !== null &&
    previous.metadata.commandId === entry.metadata.commandId &&
    ["LevelAutoApproved", "RequestAutoApproved", "LevelApproved", "LevelSkipped"].includes(
      previous.type,
    );
  return isSaid ? null : `${entry.type} by a timer that no event says.`;
};

const faultOf = (entry: LogEntry, story: RequestStory, timers: TimerStory): string | null => {
  const event = { type: entry.type, data: entry.data } as RequestEvent;
  const effect = (ref: TimerRef | undefined): string | null =>
    ref === undefined ? null : effectFault(entry, story, timers, ref);
  switch (event.type) {
    case "TimersPlanned":
      return planFault(entry, story, timers, event.data);
    case "RequestEscalated": {
      const plan = timers.plans.get(event.data.level)?.data;
      const step =
        plan === undefined ? undefined : ladderOf(story, plan)[(event.data.step ?? 0) - 1];
      return effect(event.data) ?? escalationFault(entry, story, step, event.data);
    }
    case "ReminderDue":
    case "ExecutivesNotified":
    case "LevelAutoApproved":
    case "RequestAutoApproved":
    case "TimerSuppressed":
    case "LevelOverdue":
    case "CallerPaused":
      return effect(event.data);
    case "RequestReassigned":
    case "RequestExpired":
      return effect(event.data.timer);
    case "RequestDenied":
      return event.data.by.kind === "timer" && event.data.timer === undefined
        ? "denied by a timer that it does not name."
        : effect(event.data.timer);
    case "LevelApproved":
    case "RequestApproved":
      return silentFault(entry, event.data.by.kind, timers);
    case "ExpiryApproaching":
      return approachFault(entry, timers, event.data);
    default:
      return null;
  }
};

/**
 * I7: a timer takes effect at most once, never early, never for another payload version, level or generation than the
 * plan that stands; plans are what the pinned policies say; and a timer's approval says that it is one.
 */
export const timersHold = (history: History): Violation[] => {
  const found: Violation[] = [];
  const told = new Map<string, TimerStory>();
  tellRequests(history, (entry, story) => {
    const timers = told.get(entry.stream) ?? noTimerStory();
    told.set(entry.stream, timers);
    const fault = faultOf(entry, story, timers);
    if (fault !== null) {
      found.push(violation("I7", entry, fault));
    }
    tellTimers(timers, entry, (level) => story.levels.get(level)?.status === "open");
  });
  return found;
};
