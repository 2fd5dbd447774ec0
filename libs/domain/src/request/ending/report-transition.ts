import type { Decision } from "../commands.ts";
import type { KnownRequest } from "../state.ts";

/** The topic moved, or could not: the execution of a transition's request. Said again, or of another end, it is nothing. */
export const reportTransition = (
  state: KnownRequest,
  completed: boolean,
  reason: string | null,
): Decision => {
  const { submitted, status, payloadHash } = state;
  if (
    status !== "approved" ||
    submitted.topic === null ||
    submitted.parent !== undefined ||
    state.execution !== null
  ) {
    return { events: [] };
  }
  return {
    events: [
      {
        type: "ExecutionReported",
        data: {
          status: completed ? "executed" : "failed",
          result: completed ? null : { reason },
          payloadHash,
        },
      },
    ],
  };
};
