import type { Reference } from "../../reference.ts";
import { chainOf } from "../levels/chain.ts";
import type { Principal } from "../commands.ts";
import type { Attempt } from "../events.ts";
import { refuse, type Refusal } from "../refusals.ts";
import type { RequestState } from "../state.ts";
import type { AttemptView } from "../view/wire.ts";

/** Resubmissions in a row where no policy says, as for inline approvers. */
const MAX_RESUBMISSIONS = 3;

const fault = (message: string): Refusal =>
  refuse("unprocessable", `previous_request_id ${message}.`, {
    faults: [{ path: "previous_request_id", message }],
  });

/**
 * What a resubmission takes from the request it follows: the attempts so far with their feedback. Only a denied
 * request is asked again, by whoever asked it, and at most as often in a row as its policies let. That it happens once
 * is for the caller to see to: the new request's id is derived from the denied one's.
 */
export const resubmissionOf = (
  previous: RequestState,
  principal: Principal | null,
  { definition }: Reference,
): { readonly attempts: readonly Attempt[] } | { readonly refusal: Refusal } => {
  if (
    previous.status === "absent" ||
    previous.submitted.requester.kind !== principal?.kind ||
    previous.submitted.requester.id !== principal.id ||
    previous.submitted.parent !== undefined
  ) {
    return { refusal: fault("names no request of this requester") };
  }
  if (previous.status !== "denied") {
    return { refusal: fault(`must be a denied request; this one is ${previous.status}`) };
  }
  const { submitted, resolution, resolvedAt } = previous;
  const last: Attempt = {
    id: submitted.requestId,
    status: "denied",
    reason: resolution.reason,
    notes: resolution.notes,
    resolvedAt,
  };
  const attempts = [...(submitted.attempts ?? []), last];
  const { policies } = chainOf(previous, definition);
  const limit =
    policies.length === 0
      ? MAX_RESUBMISSIONS
      : Math.min(...policies.map(({ maxResubmissions }) => maxResubmissions));
  return attempts.length > limit
    ? {
        refusal: refuse(
          "resubmission-limit",
          `This was denied ${attempts.length} times in a row; it may be asked again at most ${limit} times.`,
          { max_resubmissions: limit, attempts: attempts.length },
        ),
      }
    : { attempts };
};

/** An attempt on the wire. */
export const attemptView = ({ id, status, reason, notes, resolvedAt }: Attempt): AttemptView => ({
  id,
  status,
  reason,
  notes,
  resolved_at: resolvedAt,
});
