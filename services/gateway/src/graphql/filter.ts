import { builder } from "./builder.ts";
import { Mine, Status } from "./enums.ts";

export const ApprovalFilter = builder.inputType("ApprovalFilter", {
  fields: (t) => ({
    status: t.field({ type: [Status] }),
    mine: t.field({ type: Mine }),
    agent: t.string(),
    action: t.string(),
    reasonCode: t.string(),
    gateType: t.string(),
    approver: t.string(),
    pipeline: t.string(),
    from: t.field({ type: "DateTime" }),
    to: t.field({ type: "DateTime" }),
    q: t.string(),
  }),
});

export type Filter = typeof ApprovalFilter.$inferInput;

/** The filter as the projector takes it: snake_case, without what is left out. */
export const wireFilter = (filter: Filter | null | undefined): Record<string, unknown> => {
  const { reasonCode, gateType, ...rest } = filter ?? {};
  const all = { ...rest, reason_code: reasonCode, gate_type: gateType };
  return Object.fromEntries(
    Object.entries(all).filter(([, value]) => value !== null && value !== undefined),
  );
};
