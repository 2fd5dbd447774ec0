import { withLevelClosed } from "../levels/close-level.ts";
import type { GroupState, LevelState, PendingRequest } from "../state.ts";
import type { TimerEvent, TimerEventOf, TimerRef } from "./events.ts";
import { timersOf, type LadderPlan, type Outcome, type Timers } from "./timers.ts";

const impossible = (type: string, why: string): never => {
  throw new Error(`${type} cannot have happened: ${why}.`);
};

const withTimers = (state: PendingRequest, timers: Partial<Timers>): PendingRequest => ({
  ...state,
  timers: { ...timersOf(state), ...timers },
});

const withPlan = (state: PendingRequest, plan: LadderPlan): PendingRequest => {
  const { plans } = timersOf(state);
  const known = plans.some(({ level }) => level === plan.level);
  return withTimers(state, {
    plans: known
      ? plans.map((other) => (other.level === plan.level ? plan : other))
      : [...plans, plan],
  });
};

const planned = (
  state: PendingRequest,
  { data }: TimerEventOf<"TimersPlanned">,
): PendingRequest => {
  const { level, payloadVersion, generation, startAt, calendar, timers, ladder } = data;
  const begunAt = level === null ? state.createdAt : state.levels[level - 1]?.openedAt;
  if (typeof begunAt !== "string") {
    return impossible("TimersPlanned", `level ${level} never opened`);
  }
  const before = timersOf(state).plans.find((plan) => plan.level === level);
  const goesOn = before?.begunAt === begunAt ? before : undefined;
  return withPlan(state, {
    level,
    payloadVersion,
    generation,
    begunAt,
    startAt,
    calendar,
    timers,
    markAt: timers.find(({ step }) => step === null)?.dueAt ?? goesOn?.markAt ?? null,
    past: goesOn?.past ?? new Map<number | null, Outcome>(),
    ...(ladder === undefined ? {} : { ladder }),
  });
};

/** The state after a timer of one of its plans is over. */
export const withPast = (
  state: PendingRequest,
  { level, step }: Pick<TimerRef, "level" | "step">,
  outcome: Outcome,
): PendingRequest => {
  const plan = timersOf(state).plans.find((known) => known.level === level);
  if (plan === undefined) return state;
  // What took effect is not taken back by what could not follow from it.
  const past = new Map(plan.past).set(step, plan.past.get(step) ?? outcome);
  return withPlan(state, { ...plan, past });
};

const withJoined = (
  group: GroupState,
  joined: TimerEventOf<"RequestEscalated">["data"]["groups"],
): GroupState => {
  const found = joined.find((each) => each.group === group.group);
  if (found === undefined) return group;
  const back = [...found.slots, ...found.alternates].map(({ approver }) => approver);
  const alternates = [...(group.alternates ?? []), ...found.alternates];
  return {
    ...group,
    pools: [...group.pools, ...found.pools],
    slots: [...group.slots, ...found.slots],
    ...(alternates.length === 0 ? {} : { alternates }),
    ...(group.cancelled === undefined
      ? {}
      : { cancelled: group.cancelled.filter(({ approver }) => !back.includes(approver)) }),
  };
};

const escalated = (
  state: PendingRequest,
  { data }: TimerEventOf<"RequestEscalated">,
): PendingRequest => {
  const level = state.levels[(data.openLevel ?? 0) - 1];
  if (level?.status !== "open") {
    return impossible("RequestEscalated", `level ${data.openLevel} is not open`);
  }
  const joined: LevelState = {
    ...level,
    groups: level.groups.map((group) => withJoined(group, data.groups)),
  };
  return {
    ...state,
    // Whether it still lacks people is seen from the people of the day.
    blockedLevel: null,
    levels: state.levels.map((known) => (known.number === level.number ? joined : known)),
  };
};

/** The state after a timer did something. Pure; throws when it cannot have followed this state. */
export const evolveTimer = (
  before: PendingRequest,
  event: TimerEvent,
  at: string,
): PendingRequest => {
  const state: PendingRequest = { ...before, lastOccurredAt: at };
  switch (event.type) {
    case "TimersPlanned":
      return planned(state, event);
    case "ReminderDue":
    case "ExecutivesNotified":
    case "LevelAutoApproved":
    case "LevelOverdue":
      return withPast(state, event.data, "done");
    case "RequestAutoApproved": {
      const { pools } = event.data;
      const over = withPast(state, event.data, "done");
      return pools === undefined ? over : { ...over, levels: withLevelClosed(over.levels, pools) };
    }
    case "RequestEscalated":
      return withPast(escalated(state, event), event.data, "done");
    case "TimerSuppressed":
      return withPast(
        state,
        event.data,
        event.data.code === "collapsed" ? "collapsed" : "suppressed",
      );
    case "CallerPaused":
      return withTimers(state, { callerPaused: true });
    case "ExpiryApproaching":
      return withTimers(state, { approached: event.data.expiresAt });
  }
};
