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

interface WireItem {
  readonly approval_id: string;
  readonly status: string;
  readonly error?: unknown;
}

interface WireBulk {
  readonly results: readonly WireItem[];
  readonly summary: Readonly<Record<string, number>>;
}

const BulkItem = builder.objectRef<WireItem>("BulkItem").implement({
  description: "status is the request's after this vote, or error, and then error says why.",
  fields: (t) => ({
    approvalId: t.exposeID("approval_id"),
    status: t.exposeString("status"),
    error: t.field({ type: "JSON", nullable: true, resolve: ({ error }) => error ?? null }),
  }),
});

interface Success<K extends string> extends WireBulk {
  readonly kind: K;
}

const bulkResult = <const K extends string>(name: K) => {
  const success = builder.objectRef<Success<`${K}Success`>>(`${name}Success`).implement({
    fields: (t) => ({
      results: t.field({ type: [BulkItem], resolve: ({ results }) => [...results] }),
      summary: t.field({ type: "JSON", resolve: ({ summary }) => summary }),
    }),
  });
  return builder.unionType(`${name}Result`, {
    types: [success, Refusal],
    resolveType: ({ kind }) => kind,
  });
};

const BulkApproveResult = bulkResult("BulkApprove");
const BulkDenyResult = bulkResult("BulkDeny");

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
