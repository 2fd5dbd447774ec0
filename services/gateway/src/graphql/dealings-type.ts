import type {
  AttachmentView,
  AttemptView,
  ChildView,
  QuestionView,
  RecommendationView,
} from "@countersign/domain/request/view/wire.ts";
import { builder } from "./builder.ts";
import { RecommendationKind, Status } from "./enums.ts";
import { Actor } from "./level-type.ts";

export const Question = builder.objectRef<QuestionView>("Question").implement({
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

export const ChildRequest = builder.objectRef<ChildView>("ChildRequest").implement({
  description: "A request whose approval stands for a group of this one.",
  fields: (t) => ({
    id: t.exposeID("id"),
    level: t.exposeInt("level"),
    group: t.exposeString("group"),
    policy: t.exposeString("policy"),
    status: t.expose("status", { type: Status }),
  }),
});

export const Attempt = builder.objectRef<AttemptView>("Attempt").implement({
  description: "An earlier request that this one is asked after, with why it was denied.",
  fields: (t) => ({
    id: t.exposeID("id"),
    status: t.expose("status", { type: Status }),
    reason: t.exposeString("reason", { nullable: true }),
    notes: t.exposeString("notes", { nullable: true }),
    resolvedAt: t.expose("resolved_at", { type: "DateTime" }),
  }),
});

export const Recommendation = builder.objectRef<RecommendationView>("Recommendation").implement({
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

export const Attachment = builder.objectRef<AttachmentView>("Attachment").implement({
  description: "Context that an agent attached: shown to approvers, never a fact of a rule.",
  fields: (t) => ({
    by: t.expose("by", { type: Actor }),
    at: t.expose("at", { type: "DateTime" }),
    context: t.expose("context", { type: "JSON" }),
  }),
});
