import { plainMs } from "../../policy/duration.ts";
import type { Duration } from "../../policy/policy.ts";
import type { Reference } from "../../reference.ts";
import { chainOf, levelPlan } from "../levels/chain.ts";
import { openLevelOf } from "../ending/ending.ts";
import type { RequestEvent } from "../events.ts";
import { isoAfter } from "../asking/expiry.ts";
import type { LevelState, PendingRequest } from "../state.ts";
import type { PlanCalendar, PlannedTimer, TimerEventOf } from "./events.ts";
import { kindOf, ladderBeside } from "./ladders.ts";
import { shiftOf } from "./pause.ts";
import { timersOf, type LadderPlan } from "./timers.ts";

type Planned = TimerEventOf<"TimersPlanned">["data"];

/** Steps with their durations; `step: null` is a due mark. */
interface Wanted {
  readonly step: number | null;
  readonly kind: PlannedTimer["kind"];
  readonly after: Duration;
}

interface Instants {
  readonly timers: readonly PlannedTimer[];
  readonly calendar: PlanCalendar | null;
}

/** When what is due, by the calendar where there is one and it is known, else in plain time. */
const instantsOf = (
  wanted: readonly Wanted[],
  startAt: string,
  calendarId: string | null,
  { businessTime }: Reference,
): Instants => {
  let calendar: PlanCalendar | null = null;
  const timers: PlannedTimer[] = [];
  for (const { step, kind, after } of wanted) {
    const found =
      calendarId === null ? null : (businessTime?.after(calendarId, startAt, after) ?? null);
    if (found !== null && calendarId !== null) {
      calendar ??= { id: calendarId, zone: found.zone, zoneData: found.zoneData };
      timers.push({ kind, step, dueAt: found.at });
      continue;
    }
    const ms = plainMs(after);
    if (ms !== null) timers.push({ kind, step, dueAt: isoAfter(startAt, ms) });
  }
  return { timers, calendar };
};

const knownPlan = (state: PendingRequest, level: number | null): LadderPlan | undefined =>
  timersOf(state).plans.find((plan) => plan.level === level);

const generationAfter = (state: PendingRequest, known: LadderPlan | undefined): number =>
  known?.payloadVersion === state.payloadVersion ? known.generation + 1 : 1;

const openIn = ({ timers, past }: LadderPlan): readonly PlannedTimer[] =>
  timers.filter(({ step }) => !past.has(step));

/** True where the same steps, as both are, stay at the same instants. */
const sameTimers = (a: readonly PlannedTimer[], b: readonly PlannedTimer[]): boolean =>
  a.every(({ step, dueAt }) => b.some((other) => other.step === step && other.dueAt === dueAt));

const event = (data: Planned): readonly RequestEvent[] =>
  data.timers.length === 0 ? [] : [{ type: "TimersPlanned", data }];

/** A ladder that goes on under another payload: what is still open stays where it is. */
const carriedOver = (state: PendingRequest, plan: LadderPlan): readonly RequestEvent[] =>
  event({
    level: plan.level,
    payloadVersion: state.payloadVersion,
    generation: 1,
    startAt: plan.startAt,
    calendar: plan.calendar,
    timers: openIn(plan),
    ...(plan.ladder === undefined ? {} : { ladder: plan.ladder }),
  });

/**
 * The ladder beside the chain: planned at creation, carried over when the payload was edited, and planned then where
 * it came with a gate that the edit brought in. It counts from the creation all the same.
 */
const planBeside = (
  state: PendingRequest,
  reference: Reference,
  isNew: boolean,
): readonly RequestEvent[] => {
  const known = knownPlan(state, null);
  if (known !== undefined) {
    return known.payloadVersion === state.payloadVersion ? [] : carriedOver(state, known);
  }
  const { definition } = reference;
  const { steps, isPinned } = ladderBeside(chainOf(state, definition), definition.defaults);
  // The org's routing is that of the creation: what it becomes later plans nothing.
  if (!isNew && (!isPinned || state.payloadVersion === 1)) return [];
  const wanted = steps.map(({ action, after }, index) => ({
    step: index + 1,
    kind: kindOf(action),
    after,
  }));
  const startAt = state.createdAt;
  const { timers, calendar } = instantsOf(wanted, startAt, definition.defaults.calendar, reference);
  return event({
    level: null,
    payloadVersion: state.payloadVersion,
    generation: 1,
    startAt,
    calendar,
    timers,
    ...(isPinned ? {} : { ladder: steps }),
  });
};

const planLevel = (
  state: PendingRequest,
  { number, openedAt }: LevelState,
  reference: Reference,
  mayMove: boolean,
): readonly RequestEvent[] => {
  const plan = levelPlan(chainOf(state, reference.definition), number);
  if (openedAt === null) return [];
  const known = knownPlan(state, number);
  const goesOn = known?.begunAt === openedAt ? known : undefined;
  if (goesOn !== undefined && goesOn.payloadVersion !== state.payloadVersion) {
    return carriedOver(state, goesOn);
  }
  if (goesOn !== undefined && !mayMove) return [];
  const wanted: Wanted[] = plan.escalation.map(({ action, after }, index) => ({
    step: index + 1,
    kind: kindOf(action),
    after,
  }));
  if (plan.timeout !== null) wanted.push({ step: null, kind: "due", after: plan.timeout });
  const startAt = isoAfter(openedAt, shiftOf(state, number, openedAt, reference));
  const { definition } = reference;
  const calendarId = plan.calendar ?? definition.defaults.calendar;
  const open = wanted.filter(({ step }) => goesOn?.past.has(step) !== true);
  const { timers, calendar } = instantsOf(open, startAt, calendarId, reference);
  if (goesOn !== undefined && sameTimers(timers, openIn(goesOn))) return [];
  return event({
    level: number,
    payloadVersion: state.payloadVersion,
    generation: generationAfter(state, known),
    startAt,
    calendar,
    timers,
  });
};

/** What happened that ladders depend on. */
export interface Occasion {
  /** The request was just made. */
  readonly isNew: boolean;
  /** A question or an amendment may move what is planned; otherwise instants stay as they were computed. */
  readonly mayMove: boolean;
}

/** What must be planned in this state and is not: nothing where every ladder stands as it should. */
export const plansFor = (
  state: PendingRequest,
  { isNew, mayMove }: Occasion,
  reference: Reference,
): readonly RequestEvent[] => {
  const open = openLevelOf(state);
  return [
    ...planBeside(state, reference, isNew),
    ...(open === undefined ? [] : planLevel(state, open, reference, mayMove)),
  ];
};
