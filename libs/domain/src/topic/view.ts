import type { Actor } from "../actor.ts";
import type { Json, JsonObject } from "../json.ts";
import type { TopicState } from "./topic.ts";

/** A topic as `GET …/topics/{workflow}/{id}` shows it. */
export interface TopicView extends JsonObject {
  readonly id: string;
  readonly workflow: string;
  readonly state: string;
  readonly attributes: JsonObject;
  /** Ids of the requests it waits for. */
  readonly pending: readonly string[];
  readonly history: readonly Json[];
}

const actorView = ({ kind, id, onBehalfOf }: Actor): JsonObject =>
  onBehalfOf === undefined ? { kind, id } : { kind, id, on_behalf_of: onBehalfOf };

/** The picture of a topic that commander and projector both give. */
export const topicView = (state: Extract<TopicState, { status: "present" }>): TopicView => ({
  id: state.id,
  workflow: state.workflow,
  state: state.state,
  attributes: state.attributes,
  pending: state.blocked?.approvalIds ?? [],
  history: state.history.map(({ from, to, at, by, approvalIds }) => ({
    from,
    to,
    at,
    by: actorView(by),
    approval_ids: approvalIds,
  })),
});
