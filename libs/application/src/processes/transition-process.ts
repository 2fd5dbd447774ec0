import type { JsonObject } from "@countersign/domain/json.ts";
import type { Ask } from "@countersign/domain/request/commands.ts";
import type { RequestEvent, Requester } from "@countersign/domain/request/events.ts";
import type { RequestState } from "@countersign/domain/request/state.ts";
import type { ResolveTransition } from "@countersign/domain/topic/resolve.ts";
import type { TopicEvent } from "@countersign/domain/topic/topic.ts";

/** What a process manager wants done. Each is sent with an id derived from (event id, process): twice is once. */
export type ProcessCommand =
  | {
      readonly kind: "submit-blocking";
      readonly ask: Ask;
      readonly by: Pick<Requester, "kind" | "id">;
    }
  | {
      readonly kind: "end-transition";
      readonly workflow: string;
      readonly topicId: string;
      readonly command: ResolveTransition;
    }
  | {
      readonly kind: "report-transition";
      readonly requestId: string;
      readonly completed: boolean;
      readonly reason: string | null;
    };

const resolutions: Partial<
  Record<RequestEvent["type"], "approved" | "denied" | "expired" | "cancelled">
> = {
  RequestApproved: "approved",
  RequestDenied: "denied",
  RequestExpired: "expired",
  RequestCancelled: "cancelled",
};

/** True for the request events this process acts on: the others need no state. */
export const endsRequest = (type: string): boolean => Object.hasOwn(resolutions, type);

/** A resolved request ends the wait of the topic it was asked for. */
export const onRequestResolved = (state: RequestState, event: RequestEvent): ProcessCommand[] => {
  const resolution = resolutions[event.type];
  if (resolution === undefined || state.status === "absent" || state.submitted.topic === null)
    return [];
  // A child shares its parent's facts; only the parent moves the topic.
  if (state.submitted.parent !== undefined) return [];
  const { workflow, id: topicId } = state.submitted.topic;
  const approvalId = state.submitted.requestId;
  const reason = event.type === "RequestDenied" ? event.data.reason : null;
  const command: ResolveTransition =
    resolution === "approved"
      ? { type: "complete-transition", approvalId }
      : { type: "reject-transition", approvalId, code: resolution, reason };
  return [{ kind: "end-transition", workflow, topicId, command }];
};

/** A blocked topic needs its request; a completed one reports execution on it. */
export const onTopicEvent = (event: TopicEvent): ProcessCommand[] => {
  if (event.type === "TransitionBlocked")
    return [{ kind: "submit-blocking", ask: askOf(event.data.ask), by: byOf(event.data.by) }];
  if (event.type === "TransitionCompleted")
    return event.data.approvalIds.map((requestId) => ({
      kind: "report-transition",
      requestId,
      completed: true,
      reason: null,
    }));
  return [];
};

/** The event holds the ask as this build or an earlier one wrote it. */
const askOf = (ask: JsonObject): Ask => ask as unknown as Ask;

const byOf = (by: {
  readonly kind: string;
  readonly id: string;
}): Pick<Requester, "kind" | "id"> => ({
  kind: by.kind === "agent" ? "agent" : "person",
  id: by.id,
});
