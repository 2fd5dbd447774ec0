import type { Outcome } from "@countersign/application/execute.ts";
import type { RequestState } from "@countersign/domain/request/state.ts";
import { renderRequest } from "@countersign/domain/request/view/render.ts";
import type { Reply } from "@countersign/messaging/bus.ts";
import { no, yes, type Effect } from "./reply.ts";

/**
 * The whole request as the decision left it, from the decider's own state: the answer to every command on it. `grant`
 * is the signed one-time permission where the answer goes to the requester of an approved request.
 */
export const answerWithRequest = (
  outcome: Outcome<RequestState>,
  effect: (outcome: Outcome<RequestState> & { ok: true }) => Effect,
  grant: string | null = null,
): Reply => {
  if (!outcome.ok) return no(outcome.refusal);
  const { state, position } = outcome.fold;
  if (state.status === "absent") throw new Error("a command left its request absent");
  const text = renderRequest(state, outcome.reference, position.toString());
  return yes(
    effect(outcome),
    grant === null ? text : `${text.slice(0, -1)},"grant":${JSON.stringify(grant)}}`,
  );
};
