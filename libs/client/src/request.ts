/** The request as it stands on the wire: snake_case, and every key always there unless marked. Times are ISO 8601 UTC. */

export type RequestStatus = "pending" | "approved" | "denied" | "expired" | "cancelled";

type JsonObject = Readonly<Record<string, unknown>>;

export interface Named {
  readonly type: string;
  readonly identifier: string;
}

export interface Actor {
  readonly kind: string;
  readonly id: string;
  readonly on_behalf_of?: string;
}

export interface Vote {
  readonly decision: "approve" | "deny";
  readonly voted_by: string;
  readonly on_behalf_of: string | null;
  readonly delegation_id: string | null;
  readonly at: string;
  readonly notes: string | null;
  readonly reason: string | null;
  readonly payload_hash: string;
  readonly channel: string;
}

/** One eligible person of a group. */
export interface Slot {
  readonly approver: string | null;
  readonly via: Named;
  readonly why: string;
  readonly alternate: boolean;
  readonly counted: boolean;
  readonly status: "open" | "approved" | "denied" | "not_required" | "voided" | "cancelled";
  readonly vote: Vote | null;
}

export interface Group {
  readonly group: string;
  readonly message: string | null;
  readonly required: "any" | "all" | "threshold" | "percent";
  /** How many approvals the group wants. */
  readonly needed: number;
  readonly status: "waiting" | "open" | "approved" | "denied" | "not_required";
  readonly blocked: boolean;
  readonly slots: readonly Slot[];
}

export interface Level {
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
  readonly resolved_by: Actor | null;
  readonly groups: readonly Group[];
}

export interface Question {
  readonly id: string;
  readonly level: number;
  readonly text: string;
  readonly asked_by: string;
  readonly asked_at: string;
  /** Null while it is open. */
  readonly answer: string | null;
  readonly answered_by: string | null;
  readonly answered_at: string | null;
}

/** A request whose end answers a slot of this one. */
export interface ChildRequest {
  readonly id: string;
  readonly level: number;
  readonly group: string;
  readonly policy: string;
  readonly status: RequestStatus;
}

/** An earlier request that this one is asked after. */
export interface Attempt {
  readonly id: string;
  readonly status: RequestStatus;
  readonly reason: string | null;
  readonly notes: string | null;
  readonly resolved_at: string;
}

export interface Recommendation {
  readonly by: Actor;
  readonly at: string;
  readonly recommendation: "approve" | "deny" | "modify";
  /** 0–1. */
  readonly confidence: number;
  readonly summary: string;
  /** Proposed `action.parameters`, or null. */
  readonly payload: JsonObject | null;
}

export interface Attachment {
  readonly by: Actor;
  readonly at: string;
  readonly context: JsonObject;
}

/** A run of a recipe that asked for the request, reached it, or was refused to. */
export interface Automation {
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

/** A request as lists show it. */
export interface ListedRequest {
  readonly id: string;
  readonly org: string;
  readonly status: RequestStatus;
  readonly title: string;
  readonly description: string | null;
  readonly action: { readonly type: string; readonly tool?: string };
  readonly payload_hash: string;
  readonly payload_version: number;
  readonly view: string | null;
  readonly requester: {
    readonly kind: "person" | "agent";
    readonly id: string;
    readonly owner: string | null;
  };
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
  readonly recommendations: readonly Recommendation[];
  readonly links: JsonObject;
  readonly urgency: "low" | "normal" | "high" | "critical";
  readonly validation: JsonObject | null;
  readonly previous_request_id: string | null;
  readonly levels: readonly Level[];
  readonly blocked: boolean;
  readonly caller_paused: boolean;
  readonly observers: readonly Named[];
  readonly suggested: readonly Named[];
  readonly claimed_by: string | null;
  readonly questions: readonly Question[];
  readonly children: readonly ChildRequest[];
  readonly parent: string | null;
  readonly attempts: readonly Attempt[];
  /** Runs of recipes that asked for it or reached it: recipe, trigger, what it saw, what it changed. */
  readonly automations: readonly Automation[];
  readonly created_at: string;
  /** Null is never. */
  readonly expires_at: string | null;
  readonly resolved_at: string | null;
  readonly resolution: {
    readonly by: Actor;
    readonly reason: string | null;
    readonly notes: string | null;
    /** When the timer was due that ended it; null for any other end. */
    readonly due_at: string | null;
  } | null;
  readonly execution: {
    readonly status: "granted" | "consumed" | "executed" | "failed";
    readonly valid_until: string | null;
    readonly result: unknown;
  } | null;
  readonly position: string;
}

/** A request, whole. */
export interface Request extends ListedRequest {
  readonly action: {
    readonly type: string;
    readonly tool?: string;
    readonly parameters: JsonObject;
  };
  readonly context: JsonObject;
  readonly attachments: readonly Attachment[];
  /** What will happen if nobody acts. */
  readonly timeline: readonly {
    readonly at: string;
    readonly action: string;
    readonly level: number | null;
    readonly step: number | null;
    readonly to: readonly string[];
    /** The time by the reader's own clock, for people whose zone the directory knows. */
    readonly at_local?: string;
    /** Of a due mark: what its policy wants then; null when it is only recorded. */
    readonly on_timeout?: string | null;
    /** Why it will do nothing; absent for what will take effect. */
    readonly suppressed?: string;
  }[];
  /** The signed one-time permission: only where the requester itself reads an approved request, until it is spent. */
  readonly grant?: string;
}
