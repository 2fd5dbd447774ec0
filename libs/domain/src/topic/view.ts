import type { Actor } from "../actor.ts";
import type { Json, JsonObject } from "../json.ts";
import type { StandingSla } from "./sla.ts";
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
  /** When it has been in its state too long; absent where nobody said how long that is. */
  readonly sla?: JsonObject;
}

const actorView = ({ kind, id, onBehalfOf }: Actor): JsonObject =>
  onBehalfOf === undefined ? { kind, id } : { kind, id, on_behalf_of: onBehalfOf };

const slaView = ({ warningAt, breachAt, warned, breached, calendar }: StandingSla): JsonObject => ({
  warning_at: warningAt,
  breach_at: breachAt,
  warned,
  breached,
  calendar: calendar?.id ?? null,
});

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
  ...(state.sla === undefined || state.sla === null ? {} : { sla: slaView(state.sla) }),
});
