import type { RequestView } from "@countersign/domain/request/view/wire.ts";
import { REQUEST_ID } from "@countersign/api-contract/ids.ts";
import { NOT_FOUND } from "../edge/refused.ts";
import { builder } from "./builder.ts";
import { command, type Commanded, type GraphContext } from "./context.ts";
import { RecommendationKind } from "./enums.ts";
import { ApprovalRequest } from "./request-type.ts";
import { Refusal, settle } from "./results.ts";

const AttachContextInput = builder.inputType("AttachContextInput", {
  fields: (t) => ({
    id: t.id({ required: true }),
    context: t.field({ type: "JSON", required: true }),
    idempotencyKey: t.string(),
  }),
});

const AttachRecommendationInput = builder.inputType("AttachRecommendationInput", {
  description: "payload: the action.parameters that are proposed.",
  fields: (t) => ({
    id: t.id({ required: true }),
    recommendation: t.field({ type: RecommendationKind, required: true }),
    confidence: t.float({ required: true }),
    summary: t.string({ required: true }),
    payload: t.field({ type: "JSON" }),
    idempotencyKey: t.string(),
  }),
});

/** The whole request for its requester, and for another agent only what it attached. */
type Attached = RequestView | { readonly id?: undefined };

interface Success<K extends string> {
  readonly kind: K;
  readonly attached: Attached;
}

const isRequest = (attached: Attached): attached is RequestView => attached.id !== undefined;

const attachResult = <const K extends string>(name: K, list: "attachments" | "recommendations") => {
  const success = builder.objectRef<Success<`${K}Success`>>(`${name}Success`).implement({
    description: "request is null for an agent that did not ask for it.",
    fields: (t) => ({
      request: t.field({
        type: ApprovalRequest,
        nullable: true,
        resolve: ({ attached }) => (isRequest(attached) ? attached : null),
      }),
      attachment: t.field({
        type: "JSON",
        nullable: true,
        resolve: ({ attached }) =>
          isRequest(attached) ? (attached[list].at(-1) ?? null) : attached,
      }),
    }),
  });
  return builder.unionType(`${name}Result`, {
    types: [success, Refusal],
    resolveType: ({ kind }) => kind,
  });
};

const AttachContextResult = attachResult("AttachContext", "attachments");
const AttachRecommendationResult = attachResult("AttachRecommendation", "recommendations");

const attach = async (
  context: GraphContext,
  name: "attach-context" | "attach-recommendation",
  id: string,
  idempotencyKey: string | null | undefined,
  body: object,
): Promise<Commanded<Attached>> =>
  REQUEST_ID.test(id)
    ? command(context, name, { target: id, idempotencyKey, body: JSON.stringify(body) })
    : { ok: false, error: { code: "not-found", message: NOT_FOUND } };

builder.mutationFields((t) => ({
  attachContext: t.field({
    type: AttachContextResult,
    args: { input: t.arg({ type: AttachContextInput, required: true }) },
    resolve: async (_root, { input: { id, idempotencyKey, ...body } }, context) =>
      settle(await attach(context, "attach-context", id, idempotencyKey, body), (attached) => ({
        kind: "AttachContextSuccess" as const,
        attached,
      })),
  }),
  attachRecommendation: t.field({
    type: AttachRecommendationResult,
    args: { input: t.arg({ type: AttachRecommendationInput, required: true }) },
    resolve: async (_root, { input: { id, idempotencyKey, ...body } }, context) =>
      settle(
        await attach(context, "attach-recommendation", id, idempotencyKey, body),
        (attached) => ({ kind: "AttachRecommendationSuccess" as const, attached }),
      ),
  }),
}));
