import { builder } from "./builder.ts";

export const Status = builder.enumType("Status", {
  values: {
    PENDING: { value: "pending" },
    APPROVED: { value: "approved" },
    DENIED: { value: "denied" },
    EXPIRED: { value: "expired" },
    CANCELLED: { value: "cancelled" },
  } as const,
});

export const Urgency = builder.enumType("Urgency", {
  values: {
    LOW: { value: "low" },
    NORMAL: { value: "normal" },
    HIGH: { value: "high" },
    CRITICAL: { value: "critical" },
  } as const,
});

export const PrincipalKind = builder.enumType("PrincipalKind", {
  values: { PERSON: { value: "person" }, AGENT: { value: "agent" } } as const,
});

export const ActorKind = builder.enumType("ActorKind", {
  values: {
    PERSON: { value: "person" },
    AGENT: { value: "agent" },
    TIMER: { value: "timer" },
    SYSTEM: { value: "system" },
  } as const,
});

export const LevelStatus = builder.enumType("LevelStatus", {
  values: {
    WAITING: { value: "waiting" },
    OPEN: { value: "open" },
    APPROVED: { value: "approved" },
    DENIED: { value: "denied" },
    SKIPPED: { value: "skipped" },
  } as const,
});

export const GroupStatus = builder.enumType("GroupStatus", {
  values: {
    WAITING: { value: "waiting" },
    OPEN: { value: "open" },
    APPROVED: { value: "approved" },
    DENIED: { value: "denied" },
    NOT_REQUIRED: { value: "not_required" },
  } as const,
});

export const SlotStatus = builder.enumType("SlotStatus", {
  values: {
    OPEN: { value: "open" },
    APPROVED: { value: "approved" },
    DENIED: { value: "denied" },
    NOT_REQUIRED: { value: "not_required" },
    VOIDED: { value: "voided" },
    CANCELLED: { value: "cancelled" },
  } as const,
});

export const Decision = builder.enumType("Decision", {
  values: { APPROVE: { value: "approve" }, DENY: { value: "deny" } } as const,
});

export const Logic = builder.enumType("Logic", { values: ["AND", "OR"] as const });

export const ExecutionStatus = builder.enumType("ExecutionStatus", {
  values: {
    GRANTED: { value: "granted" },
    CONSUMED: { value: "consumed" },
    EXECUTED: { value: "executed" },
    FAILED: { value: "failed" },
  } as const,
});

export const DefinitionKind = builder.enumType("DefinitionKind", {
  values: {
    POLICY: { value: "policy" },
    WORKFLOW: { value: "workflow" },
    GATE: { value: "gate" },
    RULE: { value: "rule" },
    RECIPE: { value: "recipe" },
    CALENDAR: { value: "calendar" },
    DEFAULTS: { value: "defaults" },
    LEVELS: { value: "levels" },
    GUARD: { value: "guard" },
  } as const,
});

export const Access = builder.enumType("Access", {
  values: {
    ADMIN: { value: "admin" },
    APPROVER: { value: "approver" },
    VIEWER: { value: "viewer" },
  } as const,
});

export const Mine = builder.enumType("Mine", {
  values: {
    NOW: { value: "now" },
    LATER: { value: "later" },
    DELEGATE: { value: "delegate" },
    REQUESTED: { value: "requested" },
  } as const,
});

export const ApprovalSort = builder.enumType("ApprovalSort", {
  values: {
    URGENCY: { value: "urgency" },
    NEWEST: { value: "newest" },
    OLDEST: { value: "oldest" },
  } as const,
});

export const TargetType = builder.enumType("TargetType", {
  description: "In capitals, or as a request shows it, so that what is shown may be sent back.",
  values: {
    ROLE: { value: "role" },
    USER: { value: "user" },
    role: { value: "role" },
    user: { value: "user" },
  } as const,
});

export const TransitionStatus = builder.enumType("TransitionStatus", {
  values: { COMPLETED: { value: "completed" }, BLOCKED: { value: "blocked" } } as const,
});

export const ChangeKind = builder.enumType("ChangeKind", {
  values: ["ADDED", "UPDATED", "REMOVED"] as const,
});

export const RecommendationKind = builder.enumType("RecommendationKind", {
  values: {
    APPROVE: { value: "approve" },
    DENY: { value: "deny" },
    MODIFY: { value: "modify" },
  } as const,
});

export const DelegationStatus = builder.enumType("DelegationStatus", {
  values: {
    SCHEDULED: { value: "scheduled" },
    ACTIVE: { value: "active" },
    ENDED: { value: "ended" },
    REVOKED: { value: "revoked" },
  } as const,
});

export const StandingGrantStatus = builder.enumType("StandingGrantStatus", {
  values: {
    ACTIVE: { value: "active" },
    ENDED: { value: "ended" },
    REVOKED: { value: "revoked" },
  } as const,
});

export const ApiKeyStatus = builder.enumType("ApiKeyStatus", {
  values: {
    ACTIVE: { value: "active" },
    EXPIRED: { value: "expired" },
    REVOKED: { value: "revoked" },
  } as const,
});

export const ReportedStatus = builder.enumType("ReportedStatus", {
  values: { EXECUTED: { value: "executed" }, FAILED: { value: "failed" } } as const,
});
