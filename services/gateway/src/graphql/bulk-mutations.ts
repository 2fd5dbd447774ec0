import type { WireError } from "@countersign/api-contract/errors.ts";
import { builder } from "./builder.ts";
import { command, type GraphContext } from "./context.ts";
import { bodyOf } from "./mutations.ts";
import { Refusal, settle } from "./results.ts";

const BulkApproveInput = builder.inputType("BulkApproveInput", {
  description: "payloadHashes and levels: by approval id, as they were shown.",
  fields: (t) => ({
    approvalIds: t.idList({ required: true }),
    payloadHashes: t.field({ type: "JSON" }),
    levels: t.field({ type: "JSON" }),
    notes: t.string(),
    idempotencyKey: t.string(),
  }),
});

const BulkDenyInput = builder.inputType("BulkDenyInput", {
  description: "payloadHashes and levels: by approval id, as they were shown.",
  fields: (t) => ({
    approvalIds: t.idList({ required: true }),
    payloadHashes: t.field({ type: "JSON" }),
    levels: t.field({ type: "JSON" }),
    reason: t.string(),
    notes: t.string(),
    idempotencyKey: t.string(),
  }),
});

const BulkStatus = builder.enumType("BulkStatus", {
  values: {
    PENDING: { value: "pending" },
    APPROVED: { value: "approved" },
    DENIED: { value: "denied" },
    EXPIRED: { value: "expired" },
    CANCELLED: { value: "cancelled" },
    ERROR: { value: "error" },
  } as const,
});

interface WireItem {
  readonly approval_id: string;
  readonly status: "pending" | "approved" | "denied" | "expired" | "cancelled" | "error";
  readonly error?: WireError;
}

interface WireBulk {
  readonly results: readonly WireItem[];
  readonly summary: Readonly<Record<string, number>>;
}

const BulkError = builder.objectRef<WireError>("BulkError").implement({
  description: "Why one vote of several was not taken.",
  fields: (t) => ({
    code: t.exposeString("code"),
    message: t.exposeString("message"),
    details: t.field({ type: "JSON", nullable: true, resolve: ({ details }) => details ?? null }),
  }),
});

const BulkItem = builder.objectRef<WireItem>("BulkItem").implement({
  description: "status is the request's after this vote, or ERROR, and then error says why.",
  fields: (t) => ({
    approvalId: t.exposeID("approval_id"),
    status: t.expose("status", { type: BulkStatus }),
    error: t.field({ type: BulkError, nullable: true, resolve: ({ error }) => error ?? null }),
  }),
});

interface Success<K extends string> extends WireBulk {
  readonly kind: K;
}

const bulkResult = <const K extends string>(name: K, word: "approved" | "denied") => {
  const summaryType = builder.objectRef<WireBulk["summary"]>(`${name}Summary`).implement({
    fields: (t) => ({
      [word]: t.int({ resolve: (summary) => summary[word] ?? 0 }),
      pending: t.int({ resolve: ({ pending }) => pending ?? 0 }),
      errors: t.int({ resolve: ({ errors }) => errors ?? 0 }),
    }),
  });
  const success = builder.objectRef<Success<`${K}Success`>>(`${name}Success`).implement({
    fields: (t) => ({
      results: t.field({ type: [BulkItem], resolve: ({ results }) => [...results] }),
      summary: t.field({ type: summaryType, resolve: ({ summary }) => summary }),
    }),
  });
  return builder.unionType(`${name}Result`, {
    types: [success, Refusal],
    resolveType: ({ kind }) => kind,
  });
};

const BulkApproveResult = bulkResult("BulkApprove", "approved");
const BulkDenyResult = bulkResult("BulkDeny", "denied");

const bulk = async <const K extends string>(
  context: GraphContext,
  name: "bulk-approve" | "bulk-deny",
  { idempotencyKey, ...rest }: { readonly idempotencyKey?: string | null | undefined },
  kind: K,
) =>
  settle(
    await command<WireBulk>(context, name, { idempotencyKey, body: bodyOf(rest) }),
    (done) => ({ kind, ...done }),
  );

builder.mutationFields((t) => ({
  bulkApprove: t.field({
    type: BulkApproveResult,
    args: { input: t.arg({ type: BulkApproveInput, required: true }) },
    resolve: (_root, { input }, context) =>
      bulk(context, "bulk-approve", input, "BulkApproveSuccess"),
  }),
  bulkDeny: t.field({
    type: BulkDenyResult,
    args: { input: t.arg({ type: BulkDenyInput, required: true }) },
    resolve: (_root, { input }, context) => bulk(context, "bulk-deny", input, "BulkDenySuccess"),
  }),
}));
