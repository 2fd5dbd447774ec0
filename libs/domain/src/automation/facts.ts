import { isObject, type Json, type JsonObject } from "../json.ts";
import type { TopicState } from "../topic/topic.ts";

type Topic = Extract<TopicState, { status: "present" }>;

/** A pending request as recipes see it. */
export interface SeenApproval {
  readonly id: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** The level that is open, or null. */
  readonly level: number | null;
  /** What conditions of the request itself see. */
  readonly facts: JsonObject;
}

/** All that a recipe looks at. */
export interface Seen {
  readonly topic: Topic | null;
  /** The request that is overdue, or the first that the topic waits for; null for none. */
  readonly approval: SeenApproval | null;
  /** The transition that was completed; null for other triggers. */
  readonly moved: { readonly from: string; readonly to: string } | null;
  /** What a risk advisor said of the topic, or `{}`: it wins over what the topic's own attribute says. */
  readonly risk: JsonObject;
  /** ISO 8601. */
  readonly now: string;
}

const DAY_MS = 86_400_000;

/** Hours with two decimals, never more than have passed. */
const hours = (ms: number): number => Math.floor(ms / 36_000) / 100;

const timeOf = (value: Json | undefined): number | null => {
  const ms = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? null : ms;
};

/** Facts that the clock makes; what cannot be said is absent. */
const byTime = (topic: Topic, nowMs: number): JsonObject => {
  const entered = timeOf(topic.enteredAt);
  const due = timeOf(topic.attributes["due_at"]);
  const active = timeOf(topic.attributes["last_activity_at"]) ?? timeOf(topic.activeAt);
  return {
    ...(entered === null ? {} : { days_in_state: Math.floor((nowMs - entered) / DAY_MS) }),
    ...(due === null ? {} : { due_in_hours: hours(due - nowMs) }),
    ...(active === null ? {} : { idle_hours: hours(nowMs - active) }),
  };
};

/**
 * Facts as recipes name them. What stands beside the attributes, such as `days_in_state` and `approval`, is found under
 * its bare name and below `case`, and wins over attributes of the same name.
 */
export const recipeFacts = ({ topic, approval, moved, risk, now }: Seen): JsonObject => {
  const nowMs = Date.parse(now);
  const waiting: JsonObject | null =
    approval === null
      ? null
      : {
          id: approval.id,
          level: approval.level,
          pending_duration_hours: hours(nowMs - Date.parse(approval.createdAt)),
        };
  if (topic === null) {
    const facts = approval?.facts ?? {};
    const context = facts["context"];
    const known = isObject(context) ? context : {};
    return { ...facts, approval: waiting, context: { ...known, approval: waiting } };
  }
  const told = topic.attributes["risk"];
  const issue: JsonObject = {
    ...topic.attributes,
    ...byTime(topic, nowMs),
    ...(moved === null ? {} : { from_state: moved.from, to_state: moved.to }),
    id: topic.id,
    workflow: topic.workflow,
    state: topic.state,
    status: topic.state,
    approval: waiting,
  };
  return {
    issue,
    case: issue,
    workflow: topic.workflow,
    approval: waiting,
    transition: moved === null ? null : { from: moved.from, to: moved.to },
    risk: { ...(isObject(told) ? told : {}), ...risk },
  };
};
