import type { Channel } from "../../actor.ts";
import type { Json, JsonObject } from "../../json.ts";
import type { Required, Target } from "../../policy/policy.ts";
import type { Action, Requester, SubmittedFields, Via } from "../events.ts";
import type { Execution, RequestStatus } from "../state.ts";

/** The request as it stands on the wire: snake_case, every key always there, in this order. */

export interface ActorView {
  readonly kind: string;
  readonly id: string;
  readonly on_behalf_of?: string;
}

export interface VoteView {
  readonly decision: "approve" | "deny";
  readonly voted_by: string;
  readonly on_behalf_of: string | null;
  readonly delegation_id: string | null;
  readonly at: string;
  readonly notes: string | null;
  readonly reason: string | null;
  readonly payload_hash: string;
  readonly channel: Channel;
}

export interface SlotView {
  readonly approver: string | null;
  readonly via: Via;
  readonly why: string;
  readonly alternate: boolean;
  /** True where the approval fills the group's quorum: of a person in several groups, the matched one. */
  readonly counted: boolean;
  readonly status: "open" | "approved" | "denied" | "not_required" | "voided" | "cancelled";
  readonly vote: VoteView | null;
}

export interface GroupView {
  readonly group: string;
  /** What its entry tells the people of this group. */
  readonly message: string | null;
  readonly required: Required;
  readonly needed: number;
  readonly status: "waiting" | "open" | "approved" | "denied" | "not_required";
  /** True while the people of the day are too few for the quorum. */
  readonly blocked: boolean;
  readonly slots: readonly SlotView[];
}

export interface LevelView {
  readonly number: number;
  readonly name: string;
  readonly message: string | null;
  readonly status: "waiting" | "open" | "approved" | "denied" | "skipped";
  readonly because: string | null;
  readonly logic: "AND" | "OR";
  readonly opened_at: string | null;
  readonly due_at: string | null;
  readonly overdue: boolean;
  readonly resolved_at: string | null;
  readonly resolved_by: ActorView | null;
  readonly groups: readonly GroupView[];
}

/** One thing that will happen if nobody acts. */
export interface TimelineEntry {
  readonly at: string;
  /** The same as the viewer's own clock shows it; only where a person with a zone of their own reads it. */
  readonly at_local?: string;
  readonly action: string;
  readonly level: number | null;
  readonly step: number | null;
  readonly to: readonly string[];
  /** Of a due mark: what its policy wants then; null when it is only recorded. */
  readonly on_timeout?: string | null;
  /** Why it will do nothing; absent for what will take effect. */
  readonly suppressed?: string;
}

/** What was asked of the requester; the answer is null while it is open. */
export interface QuestionView {
  readonly id: string;
  readonly level: number;
  readonly text: string;
  readonly asked_by: string;
  readonly asked_at: string;
  readonly answer: string | null;
  readonly answered_by: string | null;
  readonly answered_at: string | null;
}

/** A request whose end answers a slot of this one. */
export interface ChildView {
  readonly id: string;
  readonly level: number;
  readonly group: string;
  readonly policy: string;
  readonly status: RequestStatus;
}

/** An earlier request that this one is asked after. */
export interface AttemptView {
  readonly id: string;
  readonly status: RequestStatus;
  readonly reason: string | null;
  readonly notes: string | null;
  readonly resolved_at: string;
}

export interface RecommendationView {
  readonly by: ActorView;
  readonly at: string;
  readonly recommendation: "approve" | "deny" | "modify";
  /** 0–1. */
  readonly confidence: number;
  readonly summary: string;
  /** Proposed `action.parameters`, or null. */
  readonly payload: JsonObject | null;
}

export interface AttachmentView {
  readonly by: ActorView;
  readonly at: string;
  readonly context: JsonObject;
}

/** A run of a recipe that asked for the request, reached it, or was refused to. */
export interface AutomationView {
  readonly recipe: string;
  readonly version: number;
  readonly run: string;
  readonly trigger: string;
  readonly at: string;
  readonly outcome: string;
  readonly reason: string | null;
  readonly because: string;
  readonly facts: JsonObject;
  readonly diff: readonly JsonObject[];
}

export interface RequestView {
  readonly id: string;
  readonly org: string;
  readonly status: RequestStatus;
  readonly title: string;
  readonly description: string | null;
  readonly action: Action;
  readonly payload_hash: string;
  readonly payload_version: number;
  readonly view: string | null;
  readonly requester: Requester;
  readonly agent: JsonObject | null;
  readonly policy: { readonly id: string; readonly version: number } | null;
  readonly policies: readonly {
    readonly id: string;
    readonly version: number;
    readonly gate: string | null;
  }[];
  readonly reason_codes: readonly string[];
  readonly gate_type: string | null;
  readonly policy_trace: JsonObject;
  readonly risk_snapshot: JsonObject;
  readonly context: JsonObject;
  readonly recommendations: readonly RecommendationView[];
  readonly links: JsonObject;
  readonly urgency: SubmittedFields["urgency"];
  readonly validation: JsonObject | null;
  readonly previous_request_id: string | null;
  readonly levels: readonly LevelView[];
  readonly blocked: boolean;
  readonly caller_paused: boolean;
  readonly observers: readonly Target[];
  /** Whom the asker would have told first: shown on top, without rights. */
  readonly suggested: readonly Target[];
  readonly attachments: readonly AttachmentView[];
  readonly claimed_by: string | null;
  readonly questions: readonly QuestionView[];
  readonly children: readonly ChildView[];
  readonly parent: string | null;
  readonly attempts: readonly AttemptView[];
  /** Runs of recipes that asked for it or reached it. */
  readonly automations: readonly AutomationView[];
  readonly created_at: string;
  /** Null is never. */
  readonly expires_at: string | null;
  readonly resolved_at: string | null;
  readonly resolution: {
    readonly by: ActorView;
    readonly reason: string | null;
    readonly notes: string | null;
    /** When the timer was due that ended it; null for any other end. */
    readonly due_at: string | null;
  } | null;
  readonly execution: {
    readonly status: Execution["status"];
    readonly valid_until: string | null;
    readonly result: Json;
  } | null;
  readonly timeline: readonly TimelineEntry[];
  readonly position: string;
}
