import type { Condition } from "../policy/condition.ts";
import type { Assignment, Duration, LadderStep } from "../policy/policy.ts";

/** How much of what an agent does is asked about: nothing, writing files, committing, or everything. */
export const approvalLevels = ["none", "on-write", "on-commit", "always"] as const;
export type ApprovalLevel = (typeof approvalLevels)[number];

/** What a gate looks at. */
export type GateSubject =
  | { readonly type: "require_approval" }
  | { readonly type: "amount_threshold"; readonly field: string; readonly above: number }
  | { readonly type: "new_counterparty"; readonly field: string }
  | { readonly type: "high_risk"; readonly above: number }
  | { readonly type: "deny" }
  | {
      readonly type: "cost_threshold";
      readonly thresholdUsd: number;
      readonly per: "run" | "agent" | "day";
    }
  | { readonly type: "sensitivity"; readonly triggers: readonly string[] }
  | { readonly type: "manual"; readonly position: string }
  | {
      readonly type: "approval_level";
      readonly level: ApprovalLevel;
      /** Null: wherever no namespace says otherwise. */
      readonly namespace: string | null;
    };
export type GateType = GateSubject["type"];

/** Who is asked where nobody else is named, and what happens while nobody answers, from the request's creation. */
export interface Routing {
  readonly role: string;
  readonly ladder: readonly LadderStep[];
}

/** A rule that decides whether to ask. */
export interface Gate {
  readonly id: string;
  readonly subject: GateSubject;
  /** Globs on `action.type`; empty: whatever the action is. */
  readonly actions: readonly string[];
  /** Narrows the gate; unknown counts as holding. */
  readonly when: Condition | null;
  /** Whose levels are asked. */
  readonly policy: string | null;
  /** One level of these, where no policy is named. */
  readonly approvers: readonly Assignment[];
  readonly routing: Routing | null;
  readonly message: string | null;
  /** Standing grants and approve rules lift it. */
  readonly liftable: boolean;
}

/** A decision without people. */
export interface Rule {
  readonly id: string;
  readonly when: Condition;
  readonly decide: "approve" | "deny";
  readonly reason: string | null;
}

/** Approval levels by namespace, as tables set them for the whole org. */
export interface ApprovalLevels {
  /** Where no namespace says otherwise. */
  readonly fallback: ApprovalLevel | null;
  readonly namespaces: Readonly<Record<string, ApprovalLevel>>;
  /** After which the caller is paused while nobody has answered. */
  readonly timeout: Duration | null;
  readonly notify: boolean;
}

/** Why an action is escalated or denied; each kind of gate has its own. */
export type ReasonCode =
  | "REQUIRES_APPROVAL"
  | "AMOUNT_THRESHOLD"
  | "NEW_COUNTERPARTY"
  | "HIGH_RISK_ACTION"
  | "COST_THRESHOLD"
  | "SENSITIVITY"
  | "MANUAL_GATE"
  | "APPROVAL_LEVEL"
  | "DENIED_BY_RULE"
  | "GUARD_ERROR";

/** The reason that a gate of this kind gives. */
export const reasonOf: Readonly<Record<GateType, ReasonCode>> = {
  require_approval: "REQUIRES_APPROVAL",
  amount_threshold: "AMOUNT_THRESHOLD",
  new_counterparty: "NEW_COUNTERPARTY",
  high_risk: "HIGH_RISK_ACTION",
  deny: "DENIED_BY_RULE",
  cost_threshold: "COST_THRESHOLD",
  sensitivity: "SENSITIVITY",
  manual: "MANUAL_GATE",
  approval_level: "APPROVAL_LEVEL",
};
