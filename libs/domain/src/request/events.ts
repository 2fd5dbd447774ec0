import type { Json, JsonObject } from "../json.ts";
import type { Actor } from "../actor.ts";
import type { RunNote } from "../automation/automation.ts";
import type { Duration, LevelPlan, Policy, Target } from "../policy/policy.ts";
import type { ChangeEvent } from "./change-events.ts";
import type { TimerEvent, TimerRef } from "./timers/events.ts";

/** What the request asks for: the payload whose RFC 8785 form is hashed. */
export interface Action {
  readonly type: string;
  readonly tool?: string;
  readonly parameters: JsonObject;
}

export interface Requester {
  readonly kind: "person" | "agent";
  readonly id: string;
  /** The agent's owner at the time of asking; null for a person. */
  readonly owner: string | null;
}

/** A policy as pinned to a request; `gate` names the gate that brought it, null for transition, ask or default. */
export interface PolicyRef {
  readonly id: string;
  readonly version: number;
  readonly gate: string | null;
  /** Levels without a due mark pause the caller after this time; absent for most. */
  readonly pauseAfter?: Duration;
}

/** How a slot came to be: its assignment. */
export interface Via {
  readonly type: "role" | "user" | "round_robin" | "agent" | "workflow";
  readonly identifier: string;
}

export interface SlotRecord {
  /** A person's id; `agent <id>` of an agent named as decider, `workflow <group> <policy>` of a child request. */
  readonly approver: string;
  readonly via: Via;
  /** The child request that answers this slot. */
  readonly child?: string;
}

/** Where a child request belongs: the slot that its end answers. */
export interface ParentRef {
  readonly id: string;
  readonly level: number;
  readonly group: string;
  /** 1 for a child of a root request. */
  readonly depth: number;
  /** Policies of the requests above it, the root's first. */
  readonly path: readonly string[];
}

/** An earlier request of a resubmission, as it ended. */
export interface Attempt {
  readonly id: string;
  readonly status: "denied";
  readonly reason: string | null;
  readonly notes: string | null;
  readonly resolvedAt: string;
}

/** A group as it stood when its level opened. */
export interface GroupRecord {
  readonly group: string;
  /** Approvals wanted; for `all` and `percent` over the people recorded here. */
  readonly needed: number;
  /** Roles whose members of the day may answer (`any`, `threshold`): recorded as role, never as people. */
  readonly pools: readonly string[];
  /** People recorded: named users, and members of roles under `all` and `percent`. */
  readonly slots: readonly SlotRecord[];
}

/** Members that stood in pools when their level closed, by group: what the slots are shown from afterwards. */
export type ClosedPools = Readonly<Record<string, readonly SlotRecord[]>>;

export interface SubmittedFields {
  readonly requestId: string;
  readonly title: string;
  readonly description: string | null;
  readonly action: Action;
  /** `sha256:` + hex over the RFC 8785 form of `action`. */
  readonly payloadHash: string;
  readonly requester: Requester;
  readonly agent: JsonObject | null;
  /** In chain order; empty for inline approvers. */
  readonly policies: readonly PolicyRef[];
  /** The chain of inline approvers; null when policies give it. */
  readonly inlineChain: readonly LevelPlan[] | null;
  /** Gates' own people as policies, which no import has: kept whole. Absent for none. */
  readonly gatePolicies?: readonly Policy[];
  /** Of gates that fired only for a later payload: their levels follow all others. Never in an event; absent for none. */
  readonly laterPolicies?: readonly PolicyRef[];
  /** Created by an ESCALATE: a gate fired, for this payload or a later one. */
  readonly escalated: boolean;
  readonly selfApproval: boolean;
  readonly reasonCodes: readonly string[];
  readonly gateType: string | null;
  readonly policyTrace: JsonObject;
  readonly riskSnapshot: JsonObject;
  readonly view: string | null;
  readonly context: JsonObject;
  readonly links: JsonObject;
  readonly urgency: "low" | "normal" | "high" | "critical";
  readonly schema: JsonObject | null;
  readonly dedupe: string | null;
  readonly previousRequestId: string | null;
  readonly validation: JsonObject | null;
  readonly observers: readonly Target[];
  readonly suggested: readonly Target[];
  /** ISO 8601, or null for never. */
  readonly expiresAt: string | null;
  /** The blocked topic this request decides for, or null. Its attributes stand in `action.parameters`. */
  readonly topic: {
    readonly workflow: string;
    readonly id: string;
    readonly from: string;
    readonly to: string;
  } | null;
  /** Of a child request; absent for any other. */
  readonly parent?: ParentRef;
  /** The denied requests before this one, the first in front; absent when it is no resubmission. */
  readonly attempts?: readonly Attempt[];
  /** Every policy and the org let timers approve when it was asked; absent when one of them did not. */
  readonly autoApprove?: true;
  /** The run of a recipe that asked; `holds` is true when its actions wait for the approval. */
  readonly automation?: RunNote & { readonly holds: boolean };
}

export type RequestEvent =
  | ChangeEvent
  | TimerEvent
  | { readonly type: "RequestSubmitted"; readonly data: SubmittedFields }
  /** A level begins (`reason: null`), or an empty one found its people: it is recorded again. */
  | {
      readonly type: "LevelOpened";
      readonly data: {
        readonly level: number;
        /** Every condition field with its frozen value, or null when the level always applies. */
        readonly because: string | null;
        readonly groups: readonly GroupRecord[];
      };
    }
  | {
      readonly type: "LevelSkipped";
      readonly data: {
        readonly level: number;
        readonly because: string;
        /** The condition's fields with their frozen values; a missing one is absent. */
        readonly facts: JsonObject;
      };
    }
  /** Nobody can decide this level now; it waits for people and alarms the admins. Level null: all were skipped. */
  | {
      readonly type: "LevelBlocked";
      readonly data: {
        readonly level: number | null;
        readonly groups: readonly string[];
        readonly reason: string;
      };
    }
  | {
      readonly type: "VoteCast";
      readonly data: {
        readonly level: number;
        readonly decision: "approve" | "deny";
        /** The credential's person; `agent <id>` of a named agent; the id of a child request. */
        readonly votedBy: string;
        /** The slot's owner when it is not the voter. */
        readonly onBehalfOf: string | null;
        readonly delegationId: string | null;
        readonly payloadHash: string;
        readonly notes: string | null;
        readonly reason: string | null;
        /** How the child request ended whose slot this answers; absent for a vote of people and agents. */
        readonly child?: "approved" | "denied" | "expired" | "cancelled";
      };
    }
  | {
      readonly type: "VoteWithdrawn";
      readonly data: { readonly level: number; readonly votedBy: string };
    }
  /** A recorded person left the directory or the role; a vote given goes with the slot. */
  | {
      readonly type: "SlotVoided";
      readonly data: { readonly level: number; readonly group: string; readonly approver: string };
    }
  | {
      readonly type: "LevelApproved";
      readonly data: { readonly level: number; readonly by: Actor; readonly pools: ClosedPools };
    }
  | {
      readonly type: "LevelDenied";
      readonly data: {
        readonly level: number;
        readonly group: string;
        readonly by: Actor;
        readonly pools: ClosedPools;
      };
    }
  | {
      readonly type: "RequestApproved";
      readonly data: {
        readonly by: Actor;
        readonly notes: string | null;
        readonly payloadHash: string;
        readonly payloadVersion: number;
        /** The one-time grant; null for a transition's request, which executes by completing. */
        readonly grant: { readonly id: string; readonly validUntil: string } | null;
        /** Of an approval by a timer. */
        readonly timer?: TimerRef;
      };
    }
  | {
      readonly type: "RequestDenied";
      readonly data: {
        readonly by: Actor;
        readonly reason: string | null;
        readonly notes: string | null;
        readonly pools: ClosedPools;
        /** Of a denial by a timer. */
        readonly timer?: TimerRef;
      };
    }
  | {
      readonly type: "RequestExpired";
      readonly data: {
        readonly dueAt: string;
        readonly pools: ClosedPools;
        /** The level's due mark at which it expires; absent for its own expiry. */
        readonly timer?: TimerRef;
      };
    }
  | {
      readonly type: "RequestCancelled";
      readonly data: {
        readonly by: Actor;
        readonly reason: string | null;
        readonly pools: ClosedPools;
      };
    }
  /** Alone in its stream: a key's holder that was never made, and now never can be at `no-stream`. */
  | { readonly type: "RequestAbandoned"; readonly data: Readonly<Record<string, never>> }
  /** Asked with `validation.is_valid: false`: taken down, shown to no approver. */
  | { readonly type: "ValidationFailed"; readonly data: { readonly issues: readonly Json[] } }
  /** Somebody's knowledge about the request, beside its facts. */
  | {
      readonly type: "ContextAttached";
      readonly data: {
        readonly context: JsonObject;
        readonly automation?: RunNote;
        readonly by?: Pick<Actor, "kind" | "id">;
      };
    }
  | {
      readonly type: "RecommendationAttached";
      readonly data: {
        readonly recommendation: "approve" | "deny" | "modify";
        /** 0–1. */
        readonly confidence: number;
        readonly summary: string;
        /** Proposed `action.parameters`, or null. */
        readonly payload: JsonObject | null;
      };
    }
  /** The one-time grant was spent, by the requester or an agent that executes for others. */
  | {
      readonly type: "GrantConsumed";
      readonly data: {
        readonly grantId: string;
        readonly by: Actor;
        readonly payloadHash: string;
        readonly payloadVersion: number;
      };
    }
  /** Approved, and nobody came for the grant for as long as the operator lets pass. */
  | {
      readonly type: "DeliveryStuck";
      readonly data: {
        readonly grantId: string;
        readonly approvedAt: string;
        readonly validUntil: string;
      };
    }
  /** The executor ran the payload, or failed to; or the topic's transition was completed by this approval. */
  | {
      readonly type: "ExecutionReported";
      readonly data: {
        readonly status: "executed" | "failed";
        readonly result: Json;
        readonly payloadHash: string;
      };
    };

export type RequestEventType = RequestEvent["type"];
