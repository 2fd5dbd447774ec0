import type { RequestView } from "@countersign/domain/request/view/wire.ts";
import { REQUEST_ID } from "@countersign/api-contract/ids.ts";
import { NOT_FOUND } from "../edge/refused.ts";
import { builder } from "./builder.ts";
import { command, type Commanded, type GraphContext } from "./context.ts";
import { ReportedStatus } from "./enums.ts";
import { ApprovalRequest, Execution } from "./request-type.ts";
import { Refusal, settle } from "./results.ts";

const ConsumeGrantInput = builder.inputType("ConsumeGrantInput", {
  fields: (t) => ({
    id: t.id({ required: true }),
    grant: t.string({ required: true }),
    payloadHash: t.string({ required: true }),
    idempotencyKey: t.string(),
  }),
});

const ReportExecutionInput = builder.inputType("ReportExecutionInput", {
  fields: (t) => ({
    id: t.id({ required: true }),
    status: t.field({ type: ReportedStatus, required: true }),
    payloadHash: t.string({ required: true }),
    result: t.field({ type: "JSON" }),
    idempotencyKey: t.string(),
  }),
});

interface WireConsumed {
  readonly payload: unknown;
  readonly valid_until: string;
}

const ConsumeGrantSuccess = builder
  .objectRef<WireConsumed & { readonly kind: "ConsumeGrantSuccess" }>("ConsumeGrantSuccess")
  .implement({
    description: "payload is the whole action that was approved: run this, and nothing else.",
    fields: (t) => ({
      payload: t.expose("payload", { type: "JSON" }),
      validUntil: t.expose("valid_until", { type: "DateTime" }),
    }),
  });

const ConsumeGrantResult = builder.unionType("ConsumeGrantResult", {
  types: [ConsumeGrantSuccess, Refusal],
  resolveType: ({ kind }) => kind,
});

/** The whole request for its requester, and for an agent that executes for others the execution alone. */
type Reported = RequestView | Pick<RequestView, "id" | "status" | "execution">;

interface ReportedSuccess {
  readonly kind: "ReportExecutionSuccess";
  readonly reported: Reported;
}

const ReportExecutionSuccess = builder
  .objectRef<ReportedSuccess>("ReportExecutionSuccess")
  .implement({
    description: "request is null for an agent that did not ask for it.",
    fields: (t) => ({
      request: t.field({
        type: ApprovalRequest,
        nullable: true,
        resolve: ({ reported }) => ("levels" in reported ? reported : null),
      }),
      execution: t.field({
        type: Execution,
        nullable: true,
        resolve: ({ reported }) => reported.execution,
      }),
    }),
  });

const ReportExecutionResult = builder.unionType("ReportExecutionResult", {
  types: [ReportExecutionSuccess, Refusal],
  resolveType: ({ kind }) => kind,
});

const onRequest = async <T>(
  context: GraphContext,
  name: "consume" | "report-execution",
  id: string,
  idempotencyKey: string | null | undefined,
  body: object,
): Promise<Commanded<T>> =>
  REQUEST_ID.test(id)
    ? command<T>(context, name, { target: id, idempotencyKey, body: JSON.stringify(body) })
    : { ok: false, error: { code: "not-found", message: NOT_FOUND } };

builder.mutationFields((t) => ({
  consumeGrant: t.field({
    type: ConsumeGrantResult,
    args: { input: t.arg({ type: ConsumeGrantInput, required: true }) },
    resolve: async (_root, { input: { id, idempotencyKey, grant, payloadHash } }, context) =>
      settle(
        await onRequest<WireConsumed>(context, "consume", id, idempotencyKey, {
          grant,
          payload_hash: payloadHash,
        }),
        (consumed) => ({ kind: "ConsumeGrantSuccess" as const, ...consumed }),
      ),
  }),
  reportExecution: t.field({
    type: ReportExecutionResult,
    args: { input: t.arg({ type: ReportExecutionInput, required: true }) },
    resolve: async (_root, { input }, context) => {
      const { id, idempotencyKey, status, result, payloadHash } = input;
      return settle(
        await onRequest<Reported>(context, "report-execution", id, idempotencyKey, {
          status,
          result: result ?? null,
          payload_hash: payloadHash,
        }),
        (reported) => ({ kind: "ReportExecutionSuccess" as const, reported }),
      );
    },
  }),
}));
