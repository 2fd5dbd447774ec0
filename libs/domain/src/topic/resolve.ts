import type { TopicEvent, TopicState } from "./topic.ts";
import type { Workflow } from "./workflow.ts";

/** From the process manager: what became of the request that blocks a topic. */
export type ResolveTransition =
  | { readonly type: "complete-transition"; readonly approvalId: string }
  | {
      readonly type: "reject-transition";
      readonly approvalId: string;
      /** How the request ended, or the code of the refusal when it could not be created. */
      readonly code: string;
      readonly reason: string | null;
    };

/**
 * Where a topic goes when its request ended without an approval: denied or expired, to the rejection transition of its
 * state if there is one; otherwise it stays. What was refused to people is not taken by another name: the blocked
 * transition itself never counts as its own rejection.
 */
const rejectedTo = (
  blocked: { readonly from: string; readonly to: string },
  workflow: Workflow | undefined,
  code: string,
): string => {
  if (code !== "denied" && code !== "expired") {
    return blocked.from;
  }
  const rejection = workflow?.transitions.find(
    ({ from, to, rejection: marked }) => marked && from === blocked.from && to !== blocked.to,
  );
  return rejection?.to ?? blocked.from;
};

/**
 * Ends the wait of a blocked topic. Nothing happens unless this very request blocks it, so a redelivered message or one
 * that lost a race changes nothing.
 */
export const resolveTransition = (
  state: TopicState,
  workflow: Workflow | undefined,
  command: ResolveTransition,
): readonly TopicEvent[] => {
  const blocked = state.status === "present" ? state.blocked : null;
  if (blocked === null || !blocked.approvalIds.includes(command.approvalId)) {
    return [];
  }
  const { from, to, name, approvalIds, by } = blocked;
  if (command.type === "complete-transition") {
    const data = { from, to, name, approvalIds, patch: {}, by };
    return [{ type: "TransitionCompleted", data }];
  }
  const { code, reason } = command;
  const data = {
    from,
    to,
    name,
    approvalIds,
    state: rejectedTo(blocked, workflow, code),
    code,
    reason,
  };
  return [{ type: "TransitionRejected", data }];
};
