import { REQUEST_ID } from "@countersign/api-contract/ids.ts";
import type { ChangeName } from "../edge/inner.ts";
import { NOT_FOUND } from "../edge/refused.ts";
import { builder } from "./builder.ts";
import { command, type GraphContext } from "./context.ts";
import { TargetInput } from "./inputs.ts";
import { bodyOf } from "./mutations.ts";
import type { ListedRequest } from "./request-type.ts";
import { requestResult, settle } from "./results.ts";

const ModifyInput = builder.inputType("ModifyInput", {
  description: "payload: the new action.parameters; payloadHash: of what was edited.",
  fields: (t) => ({
    id: t.id({ required: true }),
    payload: t.field({ type: "JSON", required: true }),
    payloadHash: t.string({ required: true }),
    level: t.int(),
    notes: t.string(),
    idempotencyKey: t.string(),
  }),
});

const WithdrawVoteInput = builder.inputType("WithdrawVoteInput", {
  fields: (t) => ({
    id: t.id({ required: true }),
    level: t.int(),
    idempotencyKey: t.string(),
  }),
});

const AskQuestionInput = builder.inputType("AskQuestionInput", {
  fields: (t) => ({
    id: t.id({ required: true }),
    text: t.string({ required: true }),
    idempotencyKey: t.string(),
  }),
});

const AnswerQuestionInput = builder.inputType("AnswerQuestionInput", {
  description: "Without questionId the oldest open question is answered.",
  fields: (t) => ({
    id: t.id({ required: true }),
    text: t.string({ required: true }),
    questionId: t.id(),
    idempotencyKey: t.string(),
  }),
});

const ClaimInput = builder.inputType("ClaimInput", {
  fields: (t) => ({ id: t.id({ required: true }), idempotencyKey: t.string() }),
});

const ReleaseInput = builder.inputType("ReleaseInput", {
  fields: (t) => ({ id: t.id({ required: true }), idempotencyKey: t.string() }),
});

const ReassignInput = builder.inputType("ReassignInput", {
  description: "Without from all open slots go.",
  fields: (t) => ({
    id: t.id({ required: true }),
    from: t.string(),
    to: t.field({ type: [TargetInput], required: true }),
    reason: t.string(),
    idempotencyKey: t.string(),
  }),
});

const ExtendInput = builder.inputType("ExtendInput", {
  fields: (t) => ({
    id: t.id({ required: true }),
    expiresAt: t.string({ required: true }),
    reason: t.string(),
    idempotencyKey: t.string(),
  }),
});

const AddApproversInput = builder.inputType("AddApproversInput", {
  fields: (t) => ({
    level: t.int({ required: true }),
    group: t.string(),
    approvers: t.field({ type: [TargetInput], required: true }),
  }),
});

const ShortenInput = builder.inputType("ShortenInput", {
  description: "step counts from 1 in the level's ladder; without it the level's timeout is meant.",
  fields: (t) => ({
    level: t.int({ required: true }),
    step: t.int(),
    after: t.string({ required: true }),
  }),
});

const AmendInput = builder.inputType("AmendInput", {
  fields: (t) => ({
    id: t.id({ required: true }),
    skipLevels: t.intList(),
    addApprovers: t.field({ type: [AddApproversInput] }),
    shorten: t.field({ type: [ShortenInput] }),
    reason: t.string(),
    idempotencyKey: t.string(),
  }),
});

const BreakGlassInput = builder.inputType("BreakGlassInput", {
  fields: (t) => ({
    id: t.id({ required: true }),
    reason: t.string(),
    payloadHash: t.string(),
    idempotencyKey: t.string(),
  }),
});

const ModifyResult = requestResult("Modify");
const WithdrawVoteResult = requestResult("WithdrawVote");
const AskQuestionResult = requestResult("AskQuestion");
const AnswerQuestionResult = requestResult("AnswerQuestion");
const ClaimResult = requestResult("Claim");
const ReleaseResult = requestResult("Release");
const ReassignResult = requestResult("Reassign");
const ExtendResult = requestResult("Extend");
const AmendResult = requestResult("Amend");
const BreakGlassResult = requestResult("BreakGlass");

interface OnRequest {
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
}

const change = async <const K extends string>(
  context: GraphContext,
  name: ChangeName,
  { id, idempotencyKey, ...rest }: OnRequest,
  kind: K,
) => {
  const commanded = REQUEST_ID.test(id)
    ? await command<ListedRequest>(context, name, {
        target: id,
        idempotencyKey,
        body: bodyOf(rest),
      })
    : ({ ok: false, error: { code: "not-found", message: NOT_FOUND } } as const);
  return settle(commanded, (request: ListedRequest) => ({ kind, request }));
};

builder.mutationFields((t) => ({
  modify: t.field({
    type: ModifyResult,
    args: { input: t.arg({ type: ModifyInput, required: true }) },
    resolve: (_root, { input }, context) => change(context, "modify", input, "ModifySuccess"),
  }),
  withdrawVote: t.field({
    type: WithdrawVoteResult,
    args: { input: t.arg({ type: WithdrawVoteInput, required: true }) },
    resolve: (_root, { input }, context) =>
      change(context, "withdraw-vote", input, "WithdrawVoteSuccess"),
  }),
  askQuestion: t.field({
    type: AskQuestionResult,
    args: { input: t.arg({ type: AskQuestionInput, required: true }) },
    resolve: (_root, { input }, context) =>
      change(context, "question", input, "AskQuestionSuccess"),
  }),
  answerQuestion: t.field({
    type: AnswerQuestionResult,
    args: { input: t.arg({ type: AnswerQuestionInput, required: true }) },
    resolve: (_root, { input }, context) =>
      change(context, "answer", input, "AnswerQuestionSuccess"),
  }),
  claim: t.field({
    type: ClaimResult,
    args: { input: t.arg({ type: ClaimInput, required: true }) },
    resolve: (_root, { input }, context) => change(context, "claim", input, "ClaimSuccess"),
  }),
  release: t.field({
    type: ReleaseResult,
    args: { input: t.arg({ type: ReleaseInput, required: true }) },
    resolve: (_root, { input }, context) => change(context, "release", input, "ReleaseSuccess"),
  }),
  reassign: t.field({
    type: ReassignResult,
    args: { input: t.arg({ type: ReassignInput, required: true }) },
    resolve: (_root, { input }, context) => change(context, "reassign", input, "ReassignSuccess"),
  }),
  extend: t.field({
    type: ExtendResult,
    args: { input: t.arg({ type: ExtendInput, required: true }) },
    resolve: (_root, { input }, context) => change(context, "extend", input, "ExtendSuccess"),
  }),
  amend: t.field({
    type: AmendResult,
    args: { input: t.arg({ type: AmendInput, required: true }) },
    resolve: (_root, { input }, context) => change(context, "amend", input, "AmendSuccess"),
  }),
  breakGlass: t.field({
    type: BreakGlassResult,
    args: { input: t.arg({ type: BreakGlassInput, required: true }) },
    resolve: (_root, { input }, context) =>
      change(context, "break-glass", input, "BreakGlassSuccess"),
  }),
}));
