import type { RequestEvent } from "../events.ts";
import type { ResolvedRequest } from "../state.ts";

/**
 * The state after an event that follows an approval: the grant is spent, or nobody came for it, and the execution is
 * reported. Null when the event cannot have followed.
 */
export const afterApproval = (
  state: ResolvedRequest,
  event: RequestEvent,
  at: string,
): ResolvedRequest | null => {
  if (state.status !== "approved") return null;
  const { execution, grant } = state;
  const validUntil = grant?.validUntil ?? null;
  switch (event.type) {
    case "GrantConsumed":
      return execution?.status === "granted" && grant?.id === event.data.grantId
        ? {
            ...state,
            execution: { status: "consumed", validUntil, result: null },
            lastOccurredAt: at,
          }
        : null;
    case "ExecutionReported": {
      if (execution !== null && execution.status !== "consumed") return null;
      const { status, result } = event.data;
      return { ...state, execution: { status, validUntil, result }, lastOccurredAt: at };
    }
    case "DeliveryStuck":
      return execution?.status === "granted" ? { ...state, stuckAt: at, lastOccurredAt: at } : null;
    default:
      return null;
  }
};
