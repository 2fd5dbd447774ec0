import type { InputFieldBuilder } from "@pothos/core";
import { builder } from "./builder.ts";
import { TargetType, Urgency } from "./enums.ts";

export const TargetInput = builder.inputType("TargetInput", {
  description: "Somebody named by an asker: a person or a role.",
  fields: (t) => ({
    type: t.field({ type: TargetType, required: true }),
    identifier: t.string({ required: true }),
  }),
});

export const ActionInput = builder.inputType("ActionInput", {
  fields: (t) => ({
    type: t.string({ required: true }),
    tool: t.string(),
    parameters: t.field({ type: "JSON", required: true }),
  }),
});

export const AgentInput = builder.inputType("AgentInput", {
  fields: (t) => ({ id: t.id(), name: t.string(), version: t.string() }),
});

/** What an ask says besides its title; `evaluate` takes the same. */
export const askFields = (
  t: InputFieldBuilder<typeof builder.$inferSchemaTypes, "InputObject">,
) => ({
  description: t.string(),
  action: t.field({ type: ActionInput, required: true }),
  agent: t.field({ type: AgentInput }),
  reasonCodes: t.stringList(),
  policy: t.string(),
  approvers: t.field({ type: [TargetInput] }),
  observers: t.field({ type: [TargetInput] }),
  suggested: t.field({ type: [TargetInput] }),
  policyTrace: t.field({ type: "JSON" }),
  riskSnapshot: t.field({ type: "JSON" }),
  view: t.string(),
  context: t.field({ type: "JSON" }),
  links: t.field({ type: "JSON" }),
  expiresIn: t.string(),
  urgency: t.field({ type: Urgency }),
  schema: t.field({ type: "JSON" }),
  dedupe: t.string(),
  previousRequestId: t.id(),
  validation: t.field({ type: "JSON" }),
});

export const RequestApprovalInput = builder.inputType("RequestApprovalInput", {
  fields: (t) => ({
    title: t.string({ required: true }),
    ...askFields(t),
    idempotencyKey: t.string(),
  }),
});

export const ApproveInput = builder.inputType("ApproveInput", {
  fields: (t) => ({
    id: t.id({ required: true }),
    payloadHash: t.string(),
    level: t.int(),
    notes: t.string(),
    idempotencyKey: t.string(),
  }),
});

export const DenyInput = builder.inputType("DenyInput", {
  fields: (t) => ({
    id: t.id({ required: true }),
    payloadHash: t.string(),
    level: t.int(),
    reason: t.string(),
    notes: t.string(),
    idempotencyKey: t.string(),
  }),
});

export const CancelInput = builder.inputType("CancelInput", {
  fields: (t) => ({
    id: t.id({ required: true }),
    reason: t.string(),
    idempotencyKey: t.string(),
  }),
});

export const ImportDefinitionsInput = builder.inputType("ImportDefinitionsInput", {
  description: "A file of definitions; mediaType is application/yaml when left out.",
  fields: (t) => ({
    source: t.string({ required: true }),
    file: t.string(),
    mediaType: t.string(),
    idempotencyKey: t.string(),
  }),
});

const TopicInput = builder.inputType("TopicInput", {
  fields: (t) => ({
    id: t.id({ required: true }),
    state: t.string(),
    attributes: t.field({ type: "JSON" }),
  }),
});

export const RequestTransitionInput = builder.inputType("RequestTransitionInput", {
  fields: (t) => ({
    workflow: t.string({ required: true }),
    topic: t.field({ type: TopicInput, required: true }),
    to: t.string({ required: true }),
    idempotencyKey: t.string(),
  }),
});
