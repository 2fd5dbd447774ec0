import type { Condition } from "./condition.ts";

/** A duration as its author wrote it: `90s 30m 24h 7d 2w`, `1bd`, or ISO 8601 (`PT4H`). Parsed by `duration.ts`. */
export type Duration = string;

/** Who may be asked: a person, a role's members, another policy (child request), or one member in turn. */
export interface Assignment {
  readonly type: "user" | "role" | "workflow" | "round_robin";
  /** Person id or email, role id, or policy id; a template `${…}` is resolved when a request is created. */
  readonly identifier: string;
}

/** Whom a notice, an escalation or an observation concerns. */
export interface Target {
  readonly type: "user" | "role";
  readonly identifier: string;
}

export type Required = "any" | "all" | "threshold" | "percent";

/** How many approvals a group wants. `count` stands for `threshold`, `percent` (1–100) for `percent`. */
export interface Quorum {
  readonly required: Required;
  readonly count: number | null;
  readonly percent: number | null;
}

export interface GroupPlan {
  /** Name in kebab-case, unique in its level. */
  readonly group: string;
  readonly assignments: readonly Assignment[];
  readonly quorum: Quorum;
  readonly message: string | null;
}

export type LadderAction =
  | "reminder"
  | "escalate"
  | "reassign"
  | "auto_approve"
  | "auto_deny"
  | "notify_executive";

/** One timed action; `after` counts from the ladder's start (level opening, or request creation beside a chain). */
export interface LadderStep {
  readonly after: Duration;
  readonly action: LadderAction;
  readonly to: readonly Target[];
  readonly channels: readonly string[];
  readonly reason: string | null;
}

export type OnTimeout = "expire" | "deny" | "approve" | "pause_caller" | "escalate";

export interface LevelPlan {
  /** 1-based place in its policy's chain. */
  readonly number: number;
  readonly name: string;
  readonly message: string | null;
  readonly groups: readonly GroupPlan[];
  readonly logic: "AND" | "OR";
  /** Null: the level always applies. */
  readonly conditions: Condition | null;
  readonly timeout: Duration | null;
  readonly onTimeout: OnTimeout | null;
  readonly escalation: readonly LadderStep[];
  readonly onDeny: "veto" | "unreachable";
  readonly onEmpty: "block" | "deny" | "skip";
  readonly distinctApprovers: boolean;
  readonly unskippable: boolean;
  readonly stepUp: boolean;
  readonly calendar: string | null;
  /** Agent ids that may decide at this level. */
  readonly deciders: readonly string[];
}

/** Who must agree, in which order, by when. Immutable once imported: requests stay pinned to (id, version). */
export interface Policy {
  readonly id: string;
  /** Ours: 1, 2, 3. Inline approvers have no policy. A transition's policy carries its workflow's version. */
  readonly version: number;
  readonly name: string;
  readonly chain: readonly LevelPlan[];
  /** Ladder of the whole request, from its creation. */
  readonly escalation: readonly LadderStep[];
  /** Null: the org's default, else 24 h grown to fit the ladders. */
  readonly expiresIn: Duration | "never" | null;
  readonly selfApproval: "forbid" | "allow" | null;
  readonly onAllSkipped: "block" | "approve";
  readonly fallback: LevelPlan | null;
  readonly autoApprove: "forbid" | "allow";
  readonly observers: readonly Target[];
  readonly riskCeiling: number;
  readonly maxResubmissions: number;
  readonly reapproval: "required" | "not_required";
  readonly grantValidFor: Duration;
  readonly pauseOnQuestion: Duration | "0";
  /** JSON Schema of `action.parameters`, as text-free JSON; null: any. */
  readonly schema: Readonly<Record<string, unknown>> | null;
  readonly onePendingPer: string | null;
}
