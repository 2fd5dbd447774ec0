import type { Guard } from "./conditions.ts";
import { historyOf } from "./history.ts";
import { oneEnd } from "./i1-one-end.ts";
import { approvalFollows } from "./i2-approval-follows.ts";
import { automationsFollow } from "./i2-automations.ts";
import { changesFollow } from "./i2-changes.ts";
import { onePayload } from "./i3-one-payload.ts";
import { childAnswers } from "./i2-child-answers.ts";
import { deciders } from "./i4-deciders.ts";
import { separation } from "./i4-separation.ts";
import { grantsOnce } from "./i5-grants.ts";
import { transitionFollows } from "./i5-transition-follows.ts";
import { definitionsFollow } from "./i8-definitions.ts";
import { administered } from "./i6-administration.ts";
import { costsHold } from "./i16-costs.ts";
import { gatesHold } from "./i16-gates.ts";
import { audited, type AuditEntry } from "./i8-audit.ts";
import { topicMarks } from "./i7-topic-marks.ts";
import { timersHold } from "./i7-timers.ts";
import { delegationsHold } from "./i22-delegations.ts";
import { once } from "./i12-once.ts";
import { timeGoesOn } from "./i21-time.ts";
import { logOrder } from "./log-order.ts";
import type { LogEntry, Violation } from "./log-entry.ts";

export interface CheckOptions {
  /** The audit trail of the same time, all orgs of the log together; without it I8 is not looked at. */
  readonly audit?: readonly AuditEntry[];
  /** Evaluates guard expressions; without it, a skip or pass that rests on one is believed. */
  readonly guard?: Guard;
}

/**
 * Holds a log of recorded events, in global order and from its beginning, against the invariants that a log can show.
 * It knows the shapes of events and policies and nothing of how they are decided. Empty: everything holds.
 */
export const check = (log: readonly LogEntry[], options: CheckOptions = {}): Violation[] => {
  const history = historyOf(log, options.guard ?? null);
  return [
    ...logOrder(history),
    ...oneEnd(history),
    ...approvalFollows(history),
    ...changesFollow(history),
    ...automationsFollow(history),
    ...onePayload(history),
    ...childAnswers(history),
    ...separation(history),
    ...deciders(history),
    ...transitionFollows(history),
    ...grantsOnce(history),
    ...topicMarks(history),
    ...timersHold(history),
    ...delegationsHold(history),
    ...definitionsFollow(history),
    ...(options.audit === undefined ? [] : audited(history, options.audit)),
    ...administered(history),
    ...costsHold(history),
    ...gatesHold(history),
    ...once(history),
    ...timeGoesOn(history),
  ];
};
