import type { Actor } from "../../actor.ts";
import type { LadderStep } from "../../policy/policy.ts";
import type { Reference } from "../../reference.ts";
import { chainOf } from "../levels/chain.ts";
import type { DecideContext } from "../commands.ts";
import { openLevelOf, openPools } from "../ending/ending.ts";
import type { RequestEvent } from "../events.ts";
import { advance, approval } from "../levels/open-levels.ts";
import type { LevelState, PendingRequest } from "../state.ts";
import type { SuppressedCode, TimerRef } from "./events.ts";
import { approvalFence, type Suppressed } from "./fence.ts";
import { joining, reassignBy } from "./give-slots.ts";
import { stepsOf } from "./ladders.ts";
import { refOf, type OpenTimer } from "./open.ts";
import { candidatesBehind, peopleBehind, stillAsked } from "./told.ts";

type Events = readonly RequestEvent[];

/** As whom a timer resolves things: recorded as a timer, never as a person. */
export const autoApprover: Actor = { kind: "timer", id: "auto_approve" };
const autoDenier: Actor = { kind: "timer", id: "auto_deny" };

/** A timer that does nothing, and why. */
export const suppressed = (
  timer: OpenTimer,
  action: LadderStep["action"] | "on_timeout",
  { code, reason }: Suppressed,
): RequestEvent => ({
  type: "TimerSuppressed",
  data: { ...refOf(timer), action, code, reason },
});

/** The step that a timer was planned from. Throws when its ladder has none: plans only name steps of pinned ladders. */
export const stepOf = (
  state: PendingRequest,
  { plan, step }: OpenTimer,
  { definition }: Reference,
): LadderStep => {
  const found = stepsOf(plan, chainOf(state, definition))[(step ?? 0) - 1];
  if (found === undefined) throw new Error(`The ladder has no step ${step}.`);
  return found;
};

/** An approval that is the timer's own names it, so that it is told when it was due. */
const byTimer = (event: RequestEvent, timer: TimerRef): RequestEvent =>
  event.type === "RequestApproved" && event.data.by === autoApprover
    ? { ...event, data: { ...event.data, timer } }
    : event;

/** Resolves the level of a ladder, or the request where the ladder stands beside the chain. */
export const autoApprove = (
  state: PendingRequest,
  timer: OpenTimer,
  context: DecideContext,
  reference: Reference,
): Events => {
  const ref = refOf(timer);
  const chain = chainOf(state, reference.definition);
  const pools = openPools(state, reference);
  const { level } = ref;
  if (level === null) {
    return [
      { type: "RequestAutoApproved", data: { ...ref, pools } },
      byTimer(approval(state, chain, autoApprover, null, context.now), ref),
    ];
  }
  const events: RequestEvent[] = [
    { type: "LevelAutoApproved", data: ref },
    { type: "LevelApproved", data: { level, by: autoApprover, pools } },
  ];
  const progress = { after: level, approved: true, by: autoApprover, notes: null };
  advance(state, progress, context, reference, events);
  return events.map((event) => byTimer(event, ref));
};

/** Denies the request. */
export const autoDeny = (
  state: PendingRequest,
  timer: OpenTimer,
  reason: string | null,
  reference: Reference,
): Events => [
  {
    type: "RequestDenied",
    data: {
      by: autoDenier,
      reason,
      notes: null,
      pools: openPools(state, reference),
      timer: refOf(timer),
    },
  },
];

const openLevelNumber = (state: PendingRequest): number | null =>
  openLevelOf(state)?.number ?? null;

const remind = (
  state: PendingRequest,
  timer: OpenTimer,
  { channels, reason }: LadderStep,
  { now }: DecideContext,
  reference: Reference,
): Events | Suppressed => {
  const told = stillAsked(state, reference, now);
  if (told.length === 0) return no("nobody", "Nobody has an open slot who could be reminded.");
  const openLevel = openLevelNumber(state);
  return [{ type: "ReminderDue", data: { ...refOf(timer), openLevel, told, channels, reason } }];
};

const notify = (
  state: PendingRequest,
  timer: OpenTimer,
  { to, channels, reason }: LadderStep,
  reference: Reference,
): Events | Suppressed => {
  const told = peopleBehind(to, state, reference);
  if (told.length === 0) return no("nobody", "There is nobody behind the names to be told.");
  const openLevel = openLevelNumber(state);
  const data = { ...refOf(timer), openLevel, told, channels, reason };
  return [{ type: "ExecutivesNotified", data }];
};

const no = (code: SuppressedCode, reason: string): Suppressed => ({ code, reason });

/** The level on which a step that concerns slots acts, and who is there for it. */
const placeFor = (
  state: PendingRequest,
  { to }: LadderStep,
  reference: Reference,
): { readonly open: LevelState; readonly told: readonly string[] } | Suppressed => {
  const open = openLevelOf(state);
  if (open === undefined) return no("no-open-level", "No level is open.");
  const apart = open.groups.flatMap((group) => group.apart ?? []);
  const told = candidatesBehind(to, state, reference).filter((person) => !apart.includes(person));
  return told.length === 0
    ? no("nobody", "Nobody behind the names may decide here.")
    : { open, told };
};

const escalate = (
  state: PendingRequest,
  timer: OpenTimer,
  step: LadderStep,
  reference: Reference,
): Events | Suppressed => {
  const place = placeFor(state, step, reference);
  if ("code" in place) return place;
  const { open, told } = place;
  const { to, channels, reason } = step;
  const groups = joining(state, open, to, reference);
  return [
    {
      type: "RequestEscalated",
      data: { ...refOf(timer), openLevel: open.number, told, channels, reason, to, groups },
    },
  ];
};

const reassign = (
  state: PendingRequest,
  timer: OpenTimer,
  step: LadderStep,
  reference: Reference,
): Events | Suppressed => {
  const place = placeFor(state, step, reference);
  if ("code" in place) return place;
  const reason = step.reason ?? "The ladder gave the open slots to others.";
  return reassignBy(state, refOf(timer), { to: step.to, reason }, reference);
};

const effectOf = (
  state: PendingRequest,
  timer: OpenTimer,
  step: LadderStep,
  context: DecideContext,
  reference: Reference,
): Events | Suppressed => {
  switch (step.action) {
    case "reminder":
      return remind(state, timer, step, context, reference);
    case "escalate":
      return escalate(state, timer, step, reference);
    case "reassign":
      return reassign(state, timer, step, reference);
    case "notify_executive":
      return notify(state, timer, step, reference);
    case "auto_deny":
      return autoDeny(state, timer, step.reason, reference);
    case "auto_approve": {
      const fence = approvalFence(state, timer, reference);
      return fence ?? autoApprove(state, timer, context, reference);
    }
  }
};

/** What a step of a ladder does when it is taken; `TimerSuppressed` where it does nothing. */
export const takeStep = (
  state: PendingRequest,
  timer: OpenTimer,
  context: DecideContext,
  reference: Reference,
): Events => {
  const step = stepOf(state, timer, reference);
  const effect = effectOf(state, timer, step, context, reference);
  return "code" in effect ? [suppressed(timer, step.action, effect)] : effect;
};
