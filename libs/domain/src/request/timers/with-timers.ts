import { chainOf } from "../levels/chain.ts";
import type { Reference } from "../../reference.ts";
import type { DecideContext, Decision } from "../commands.ts";
import type { RequestEvent } from "../events.ts";
import { following, stateAfter } from "../follow.ts";
import type { PendingRequest, RequestState } from "../state.ts";
import { isTimeless } from "./ladders.ts";
import { openTimers } from "./open.ts";
import { plansFor } from "./plan.ts";
import { takeStep } from "./steps.ts";

const moving: ReadonlySet<RequestEvent["type"]> = new Set([
  "QuestionAsked",
  "QuestionAnswered",
  "ChainAmended",
]);

/** Events after which something may have to be planned. */
const occasions: ReadonlySet<RequestEvent["type"]> = new Set([
  ...moving,
  "RequestSubmitted",
  "LevelOpened",
  "LevelReopened",
  "LevelBlocked",
  "PayloadModified",
]);

/** Of a level that nobody can decide, the ladder's next escalation is not waited for. */
const forABlocked = (
  state: PendingRequest,
  context: DecideContext,
  reference: Reference,
): readonly RequestEvent[] => {
  const next = openTimers(state).filter(({ kind }) => kind === "escalate");
  const own = next.find(({ plan }) => plan.level === state.blockedLevel) ?? next[0];
  return own === undefined ? [] : takeStep(state, own, context, reference);
};

/**
 * A decision with what its events mean for ladders: timers planned where a level opened, its payload was edited or a
 * question moves them, and the next escalation taken where a level is blocked.
 */
export const withTimers = (
  before: RequestState,
  decision: Decision,
  context: DecideContext,
  reference: Reference,
): Decision => {
  const { events } = decision;
  if (!events.some(({ type }) => occasions.has(type))) return decision;
  const { definition } = reference;
  const [first] = events;
  // Seen before anything is folded: what was just asked for nearly always has a chain without timers.
  if (first?.type === "RequestSubmitted" && before.status === "absent") {
    const chain = chainOf({ submitted: first.data }, definition);
    if (isTimeless(chain, definition.defaults)) return decision;
  }
  const after = stateAfter(before, events, context);
  if (after.status !== "pending") return decision;
  const hasTimers = after.timers !== undefined;
  if (!hasTimers && isTimeless(chainOf(after, definition), definition.defaults)) return decision;
  const occasion = {
    isNew: before.status === "absent",
    mayMove: events.some(({ type }) => moving.has(type)),
  };
  const planned = plansFor(after, occasion, reference);
  const state = following(after, planned, context);
  const isBlocked =
    events.some(({ type }) => type === "LevelBlocked") && typeof state.blockedLevel === "number";
  const taken = isBlocked ? forABlocked(state, context, reference) : [];
  return { ...decision, events: [...events, ...planned, ...taken] };
};
