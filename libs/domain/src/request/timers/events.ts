import type { LadderAction, LadderStep, OnTimeout, Target } from "../../policy/policy.ts";
import type { ClosedPools, SlotRecord } from "../events.ts";

/** What a timer of a ladder does; `due` is a level's due mark. */
export type TimerKind =
  | "reminder"
  | "escalate"
  | "reassign"
  | "notify"
  | "auto_approve"
  | "auto_deny"
  | "due";

export interface PlannedTimer {
  readonly kind: TimerKind;
  /** Place in its ladder as written, from 1; null for a due mark. */
  readonly step: number | null;
  /** ISO 8601. */
  readonly dueAt: string;
}

/** Which timer it was: a step fires once for (payload version, level or chain, step, generation). */
export interface TimerRef {
  /** The level whose ladder or due mark it is; null for the ladder beside the chain. */
  readonly level: number | null;
  readonly step: number | null;
  readonly payloadVersion: number;
  readonly generation: number;
  /** When it was due; what happened may be later, after a downtime, or earlier where something called for it at once. */
  readonly dueAt: string;
}

/** Calendar by which instants were computed. */
export interface PlanCalendar {
  readonly id: string;
  readonly zone: string;
  /** Version of the zone data. */
  readonly zoneData: string;
}

/** Who joins a group by an escalation. */
export interface EscalatedGroup {
  readonly group: string;
  /** Roles whose members of the day may answer from now on (`any`, `threshold`). */
  readonly pools: readonly string[];
  /** People who may answer from now on (`any`, `threshold`). */
  readonly slots: readonly SlotRecord[];
  /** People who may each answer for one unanswered slot (`all`, `percent`): the bar does not rise. */
  readonly alternates: readonly SlotRecord[];
}

/** Why a timer did nothing. */
export type SuppressedCode =
  | "auto-approve-off"
  | "created-by-escalate"
  | "deny-stands"
  | "above-risk-ceiling"
  | "notices-missing"
  | "blocked"
  | "nobody"
  | "quorum-unreachable"
  | "no-open-level"
  | "theirs-already"
  | "collapsed";

interface Notice extends TimerRef {
  /** The level that was open. */
  readonly openLevel: number | null;
  /** People who are told. */
  readonly told: readonly string[];
  readonly channels: readonly string[];
  readonly reason: string | null;
}

/** What timers bring about while a request is pending. */
export type TimerEvent =
  /** When what is due if nobody acts. It replaces what an earlier plan of the same ladder still had open. */
  | {
      readonly type: "TimersPlanned";
      readonly data: {
        readonly level: number | null;
        readonly payloadVersion: number;
        /** Counts the plannings of this ladder for this payload version, from 1. */
        readonly generation: number;
        /** What durations count from: the level's opening or the request's creation, shifted by questions. */
        readonly startAt: string;
        readonly calendar: PlanCalendar | null;
        readonly timers: readonly PlannedTimer[];
        /** The ladder itself where no pinned policy has it: the org's routing of that moment. */
        readonly ladder?: readonly LadderStep[];
      };
    }
  | { readonly type: "ReminderDue"; readonly data: Notice }
  | { readonly type: "ExecutivesNotified"; readonly data: Notice }
  /** Adds approvers to the open level and cancels nobody. */
  | {
      readonly type: "RequestEscalated";
      readonly data: Notice & {
        readonly to: readonly Target[];
        readonly groups: readonly EscalatedGroup[];
      };
    }
  /** `LevelApproved` by the timer follows. */
  | { readonly type: "LevelAutoApproved"; readonly data: TimerRef }
  /** `RequestApproved` by the timer follows. */
  | {
      readonly type: "RequestAutoApproved";
      readonly data: TimerRef & {
        /** Members of the open level's pools, whose slots are not wanted any more; absent in older logs. */
        readonly pools?: ClosedPools;
      };
    }
  /** A step came due and did nothing, or may not: why. */
  | {
      readonly type: "TimerSuppressed";
      readonly data: TimerRef & {
        readonly action: LadderAction | "on_timeout";
        readonly code: SuppressedCode;
        readonly reason: string;
      };
    }
  /** A level passed its due mark; what `onTimeout` says follows. Null: it is only recorded. */
  | {
      readonly type: "LevelOverdue";
      readonly data: TimerRef & { readonly onTimeout: OnTimeout | null };
    }
  /** The caller should stop waiting for now: the request stays pending. */
  | { readonly type: "CallerPaused"; readonly data: TimerRef }
  /** Said once for an expiry. */
  | {
      readonly type: "ExpiryApproaching";
      readonly data: {
        readonly expiresAt: string;
        readonly dueAt: string;
        /** People who still have an open slot. */
        readonly told: readonly string[];
      };
    };

export type TimerEventOf<T extends TimerEvent["type"]> = Extract<TimerEvent, { type: T }>;

const names: Readonly<Record<TimerEvent["type"], true>> = {
  TimersPlanned: true,
  ReminderDue: true,
  ExecutivesNotified: true,
  RequestEscalated: true,
  LevelAutoApproved: true,
  RequestAutoApproved: true,
  TimerSuppressed: true,
  LevelOverdue: true,
  CallerPaused: true,
  ExpiryApproaching: true,
};

/** True for the events of this file, which `evolve` leaves to `timers/evolve.ts`. */
export const isTimerEvent = <E extends { readonly type: string }>(
  event: E,
): event is Extract<E, TimerEvent> => Object.hasOwn(names, event.type);

/** When the timer was due that ended a request; nothing for any other end. */
export const dueOf = (timer: TimerRef | undefined): { readonly dueAt?: string } =>
  timer === undefined ? {} : { dueAt: timer.dueAt };
