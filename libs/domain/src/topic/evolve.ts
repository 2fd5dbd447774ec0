import type { Actor, EventMetadata } from "../actor.ts";
import type { JsonObject } from "../json.ts";
import { mergeAttributes } from "./attributes.ts";
import type { SlaMarks, StandingSla } from "./sla.ts";
import type { TopicEvent, TopicHistoryEntry, TopicState } from "./topic.ts";

type Present = Extract<TopicState, { status: "present" }>;

/** A topic nobody has named yet. */
export const absentTopic: TopicState = { status: "absent" };

const impossible = (event: TopicEvent, why: string): Error =>
  new Error(`${event.type} cannot have happened: ${why}.`);

const withPatch = (state: Present, patch: JsonObject, by: Actor): Present => {
  const set = Object.fromEntries(Object.keys(patch).map((name) => [name, by]));
  const setBy = { ...state.setBy, ...set };
  return { ...state, attributes: mergeAttributes(state.attributes, patch), setBy };
};

const standing = (marks: SlaMarks | undefined): StandingSla | null =>
  marks === undefined ? null : { ...marks, warned: false, breached: false };

const moved = (state: Present, entry: TopicHistoryEntry, marks: SlaMarks | undefined): Present => ({
  ...state,
  state: entry.to,
  blocked: null,
  history: [...state.history, entry],
  enteredAt: entry.at,
  sla: standing(marks),
});

/** What recipes and timers do is no activity: a topic stays silent until somebody speaks. */
const touched = (state: Present, { actor, occurredAt }: EventMetadata): Present =>
  actor.kind === "person" || actor.kind === "agent" ? { ...state, activeAt: occurredAt } : state;

const onPresent = (state: Present, event: TopicEvent, metadata: EventMetadata): Present => {
  const at = metadata.occurredAt;
  switch (event.type) {
    case "TopicCreated":
      throw impossible(event, "the topic is there already");
    case "AttributesChanged":
      return withPatch(state, event.data.patch, event.data.by);
    case "TransitionBlocked": {
      const { from, to, name, workflowVersion, approvalIds, patch, by } = event.data;
      if (state.blocked !== null || state.state !== from) {
        throw impossible(event, `the topic is in ${state.state} or blocked`);
      }
      const blocked = { from, to, name, workflowVersion, approvalIds, by };
      return { ...withPatch(state, patch, by), blocked };
    }
    case "TransitionCompleted": {
      const { from, to, approvalIds, patch, by, sla } = event.data;
      const expected = state.blocked?.approvalIds ?? [];
      if (state.state !== from || expected.join() !== approvalIds.join()) {
        throw impossible(event, "another transition is under way");
      }
      return moved(withPatch(state, patch, by), { from, to, at, by, approvalIds }, sla);
    }
    case "TransitionRejected": {
      const { from, approvalIds, state: to, sla } = event.data;
      if (state.blocked?.approvalIds.join() !== approvalIds.join()) {
        throw impossible(event, "these approvals block nothing");
      }
      return to === from
        ? { ...state, blocked: null }
        : moved(state, { from, to, at, by: metadata.actor, approvalIds }, sla);
    }
    case "SlaWarning":
    case "SlaBreached": {
      const { sla } = state;
      if (sla === undefined || sla === null || sla.generation !== event.data.generation) {
        throw impossible(event, "the topic has left that state");
      }
      const breached = event.type === "SlaBreached";
      return { ...state, sla: { ...sla, warned: true, breached: sla.breached || breached } };
    }
  }
};

/** The topic after one more event. Throws on a fact that cannot follow from the state. */
export const evolveTopic = (
  state: TopicState,
  { event, metadata }: { readonly event: TopicEvent; readonly metadata: EventMetadata },
): TopicState => {
  if (state.status === "present") {
    return touched(onPresent(state, event, metadata), metadata);
  }
  if (event.type !== "TopicCreated") {
    throw impossible(event, "there is no such topic");
  }
  const { workflow, id, state: start } = event.data;
  return {
    status: "present",
    workflow,
    id,
    state: start,
    attributes: {},
    setBy: {},
    blocked: null,
    history: [],
    sla: standing(event.data.sla),
    enteredAt: metadata.occurredAt,
    activeAt: metadata.occurredAt,
  };
};
