import { POSITION, REQUEST_ID } from "@countersign/api-contract/ids.ts";
import { badRequest, Refused } from "../edge/refused.ts";
import { builder } from "./builder.ts";
import { ask } from "./context.ts";
import { ApprovalSort, DefinitionKind } from "./enums.ts";
import { ApprovalFilter, wireFilter } from "./filter.ts";
import { connect, DEFAULT_FIRST, type WirePage } from "./paging.ts";
import {
  ApprovalRequestConnection,
  AuditEntryConnection,
  Definition,
  QueueCounts,
  Viewer,
  type WireAuditEntry,
  type WireCounts,
  type WireDefinition,
  type WireViewer,
} from "./query-types.ts";
import { ApprovalRequest, type ListedRequest } from "./request-type.ts";
import { ApprovalStats, type WireStats } from "./stats-type.ts";

/** Each row of a page costs what its fields cost. */
const perRow = ({ first }: { first?: number | null | undefined }) => ({
  field: 1,
  multiplier: Math.max(1, first ?? DEFAULT_FIRST),
});

const defined = (values: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== null && value !== undefined),
  );

const orNull = (error: unknown): null => {
  if (error instanceof Refused && error.error.code === "not-found") return null;
  throw error;
};

builder.queryType({
  fields: (t) => ({
    approvalRequest: t.field({
      type: ApprovalRequest,
      nullable: true,
      args: { id: t.arg.id({ required: true }), minPosition: t.arg.string() },
      resolve: (_root, { id, minPosition }, context) => {
        if (typeof minPosition === "string" && !POSITION.test(minPosition)) {
          throw badRequest("minPosition", "must be a position: a decimal number");
        }
        if (!REQUEST_ID.test(id)) return null;
        return ask<ListedRequest>(
          context,
          "request",
          defined({ id, min_position: minPosition }),
        ).catch(orNull);
      },
    }),
    approvalRequests: t.field({
      type: ApprovalRequestConnection,
      args: {
        filter: t.arg({ type: ApprovalFilter }),
        sort: t.arg({ type: ApprovalSort }),
        first: t.arg.int(),
        after: t.arg.string(),
      },
      complexity: perRow,
      resolve: (_root, { filter, sort, first, after }, context) =>
        connect({ first, after }, (page) =>
          ask<WirePage<ListedRequest>>(context, "requests", {
            ...wireFilter(filter),
            ...defined({ sort }),
            ...page,
          }),
        ),
    }),
    queueCounts: t.field({
      type: QueueCounts,
      resolve: (_root, _args, context) => ask<WireCounts>(context, "counts", {}),
    }),
    stats: t.field({
      type: ApprovalStats,
      args: { from: t.arg({ type: "DateTime" }), to: t.arg({ type: "DateTime" }) },
      complexity: 50,
      resolve: (_root, { from, to }, context) =>
        ask<WireStats>(context, "stats", defined({ from, to })),
    }),
    auditTrail: t.field({
      type: AuditEntryConnection,
      args: {
        requestId: t.arg.id(),
        from: t.arg({ type: "DateTime" }),
        to: t.arg({ type: "DateTime" }),
        first: t.arg.int(),
        after: t.arg.string(),
      },
      complexity: perRow,
      resolve: (_root, { requestId, from, to, first, after }, context) =>
        connect({ first, after }, (page) =>
          ask<WirePage<WireAuditEntry>>(context, "audit", {
            ...defined({ request_id: requestId, from, to }),
            ...page,
          }),
        ),
    }),
    definitions: t.field({
      type: [Definition],
      args: { kind: t.arg({ type: DefinitionKind }) },
      complexity: { field: 1, multiplier: 20 },
      resolve: async (_root, { kind }, context) => {
        const answer = await ask<{ definitions: WireDefinition[] }>(
          context,
          "definitions",
          defined({ kind }),
        );
        return answer.definitions;
      },
    }),
    viewer: t.field({
      type: Viewer,
      resolve: (_root, _args, context) => ask<WireViewer>(context, "viewer", {}),
    }),
  }),
});
