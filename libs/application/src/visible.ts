import type { Reference } from "@countersign/domain/reference.ts";
import { isNamedDecider } from "@countersign/domain/request/voting/vote-refusals.ts";
import { isExecutor } from "@countersign/domain/request/ending/grant.ts";
import type { Principal, RequestCommand } from "@countersign/domain/request/commands.ts";
import type { RequestState } from "@countersign/domain/request/state.ts";

/**
 * People see their whole org. Agents see what they asked for, and where a policy names them as decider; to others of
 * them a request is as absent as a foreign one. What an agent may do without seeing it is attach something while it
 * is pending, and execute it with its grant.
 */
export const isVisible = (
  state: RequestState,
  principal: Principal | null,
  command: RequestCommand,
  reference: Reference,
): boolean => {
  if (state.status === "absent") return false;
  if (principal === null || principal.kind === "person") return true;
  const { requester } = state.submitted;
  if (requester.kind === "agent" && requester.id === principal.id) return true;
  if (command.type === "attach-context" || command.type === "attach-recommendation") return true;
  if (isExecutor(state, principal, command)) return true;
  return isNamedDecider(state, principal.id, reference);
};
