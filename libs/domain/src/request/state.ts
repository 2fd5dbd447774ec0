import type { Actor, Channel } from "../actor.ts";
import type { Json } from "../json.ts";
import type { AttachedContext, AttachedRecommendation } from "./changing/attach.ts";
import type { SeenRun } from "./changing/automations.ts";
import type { Changes, Dealings } from "./changes.ts";
import type { ChildState } from "./voting/children.ts";
import type { GroupRecord, SlotRecord, SubmittedFields } from "./events.ts";
import type { Timers } from "./timers/timers.ts";

export type RequestStatus = "pending" | "approved" | "denied" | "expired" | "cancelled";

/** A vote that stands. Withdrawn and voided ones are gone from the state; the events keep them. */
export interface Vote {
  readonly decision: "approve" | "deny";
  readonly votedBy: string;
  /** Whose slot it fills: `votedBy`, or whom a delegate acted for. */
  readonly approver: string;
  readonly delegationId: string | null;
  readonly at: string;
  readonly notes: string | null;
  readonly reason: string | null;
  readonly payloadHash: string;
  readonly channel: Channel;
  /** How the child request ended that gave it; absent for a vote of people and agents. */
  readonly child?: "approved" | "denied" | "expired" | "cancelled";
}

export interface GroupState extends GroupRecord {
  /** Recorded people who left since: their slots are void. */
  readonly voided: readonly string[];
  /** Pool members as they stood when the level closed; null while it is open. */
  readonly closedPool: readonly SlotRecord[] | null;
  /** Who edited the current payload at another level, and so has no say here; absent for nobody. */
  readonly apart?: readonly string[];
  /** Slots that a reassignment took away: their people have no say here. Absent for none. */
  readonly cancelled?: readonly SlotRecord[];
  /** Escalated to: each may answer for one unanswered slot. Absent for none. */
  readonly alternates?: readonly SlotRecord[];
}

export interface LevelState {
  /** 1-based place in the request's whole chain (all policies' levels after one another). */
  readonly number: number;
  readonly status: "open" | "approved" | "denied" | "skipped" | "closed";
  readonly because: string | null;
  readonly openedAt: string | null;
  readonly resolvedAt: string | null;
  readonly resolvedBy: Actor | null;
  readonly groups: readonly GroupState[];
  readonly votes: readonly Vote[];
  /** Group that was denied, for a denied level. */
  readonly deniedGroup: string | null;
}

export interface Resolution {
  readonly by: Actor;
  readonly reason: string | null;
  readonly notes: string | null;
  /** When the timer was due that ended it; absent for any other end. */
  readonly dueAt?: string;
}

interface Known {
  readonly org: string;
  readonly submitted: SubmittedFields;
  readonly createdAt: string;
  readonly channel: Channel;
  readonly payloadVersion: number;
  readonly payloadHash: string;
  readonly action: SubmittedFields["action"];
  readonly expiresAt: string | null;
  /** Levels that were opened or skipped, by place; those not here yet are waiting. */
  readonly levels: readonly LevelState[];
  /** Set by `LevelBlocked`, cleared when the level is recorded again; whether it still holds is seen from the people of the day. */
  readonly blockedLevel: number | "all-skipped" | null;
  /** Child requests in the order of their slots; absent for none. */
  readonly children?: readonly ChildState[];
  /** In the order they came; absent for none. */
  readonly attachments?: readonly AttachedContext[];
  readonly recommendations?: readonly AttachedRecommendation[];
  /** Runs of recipes that reached it; absent for none. */
  readonly automations?: readonly SeenRun[];
  /** Absent while nothing was changed. */
  readonly changes?: Changes;
  /** Absent while there were none. */
  readonly dealings?: Dealings;
  /** Absent while none were planned and none did anything. */
  readonly timers?: Timers;
  readonly lastOccurredAt: string;
}

export interface Execution {
  readonly status: "granted" | "consumed" | "executed" | "failed";
  readonly validUntil: string | null;
  readonly result: Json;
}

export type PendingRequest = Known & { readonly status: "pending" };
export type ResolvedRequest = Known & {
  readonly status: Exclude<RequestStatus, "pending">;
  readonly resolvedAt: string;
  readonly resolution: Resolution;
  readonly grant: { readonly id: string; readonly validUntil: string } | null;
  readonly execution: Execution | null;
  /** When the alarm was raised that nobody came for the grant; absent while it was not. */
  readonly stuckAt?: string;
};
export type KnownRequest = PendingRequest | ResolvedRequest;
/** What a decision about people and levels needs of a request: fixed at creation, or by the current payload version. */
export type Frozen = Pick<
  KnownRequest,
  "submitted" | "action" | "payloadHash" | "payloadVersion" | "changes"
>;
export type RequestState = { readonly status: "absent" } | KnownRequest;
