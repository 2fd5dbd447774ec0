import type { JsonObject } from "@countersign/domain/json.ts";
import { builder } from "./builder.ts";
import { RecommendationKind, Status } from "./enums.ts";
import { Actor, type WireActor } from "./level-type.ts";

/** What was asked of the requester, as the request's JSON has it. */
export interface WireQuestion {
  readonly id: string;
  readonly level: number;
  readonly text: string;
  readonly asked_by: string;
  readonly asked_at: string;
  readonly answer: string | null;
  readonly answered_by: string | null;
  readonly answered_at: string | null;
}

export const Question = builder.objectRef<WireQuestion>("Question").implement({
  description: "What an approver wants to know. The answer is null while it is open.",
  fields: (t) => ({
    id: t.exposeID("id"),
    level: t.exposeInt("level"),
    text: t.exposeString("text"),
    askedBy: t.exposeString("asked_by"),
    askedAt: t.expose("asked_at", { type: "DateTime" }),
    answer: t.exposeString("answer", { nullable: true }),
    answeredBy: t.exposeString("answered_by", { nullable: true }),
    answeredAt: t.expose("answered_at", { type: "DateTime", nullable: true }),
  }),
});

export interface WireChild {
  readonly id: string;
  readonly level: number;
  readonly group: string;
  readonly policy: string;
  readonly status: typeof Status.$inferType;
}

export const ChildRequest = builder.objectRef<WireChild>("ChildRequest").implement({
  description: "A request whose approval stands for a group of this one.",
  fields: (t) => ({
    id: t.exposeID("id"),
    level: t.exposeInt("level"),
    group: t.exposeString("group"),
    policy: t.exposeString("policy"),
    status: t.expose("status", { type: Status }),
  }),
});

export interface WireAttempt {
  readonly id: string;
  readonly status: typeof Status.$inferType;
  readonly reason: string | null;
  readonly notes: string | null;
  readonly resolved_at: string;
}

export const Attempt = builder.objectRef<WireAttempt>("Attempt").implement({
  description: "An earlier request that this one is asked after, with why it was denied.",
  fields: (t) => ({
    id: t.exposeID("id"),
    status: t.expose("status", { type: Status }),
    reason: t.exposeString("reason", { nullable: true }),
    notes: t.exposeString("notes", { nullable: true }),
    resolvedAt: t.expose("resolved_at", { type: "DateTime" }),
  }),
});

export interface WireRecommendation {
  readonly by: WireActor;
  readonly at: string;
  readonly recommendation: typeof RecommendationKind.$inferType;
  readonly confidence: number;
  readonly summary: string;
  readonly payload: JsonObject | null;
}

export const Recommendation = builder.objectRef<WireRecommendation>("Recommendation").implement({
  description: "What an agent advises. payload: the action.parameters that it proposes.",
  fields: (t) => ({
    by: t.expose("by", { type: Actor }),
    at: t.expose("at", { type: "DateTime" }),
    recommendation: t.expose("recommendation", { type: RecommendationKind }),
    confidence: t.exposeFloat("confidence"),
    summary: t.exposeString("summary"),
    payload: t.expose("payload", { type: "JSON", nullable: true }),
  }),
});

export interface WireAttachment {
  readonly by: WireActor;
  readonly at: string;
  readonly context: JsonObject;
}

export const Attachment = builder.objectRef<WireAttachment>("Attachment").implement({
  description: "Context that an agent attached: shown to approvers, never a fact of a rule.",
  fields: (t) => ({
    by: t.expose("by", { type: Actor }),
    at: t.expose("at", { type: "DateTime" }),
    context: t.expose("context", { type: "JSON" }),
  }),
});
