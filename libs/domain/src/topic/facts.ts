import type { JsonObject } from "../json.ts";
import type { Action, Requester } from "../request/events.ts";

/** What a transition's `when` and `conditions` see. */
export interface TransitionFacts {
  readonly topicId: string;
  readonly from: string;
  readonly to: string;
  /** The topic's attributes with the caller's patch merged in. */
  readonly attributes: JsonObject;
  readonly action: Action;
  readonly requester: Requester;
  /** What the directory says of the asking agent; null for a person. */
  readonly agent: JsonObject | null;
}

/** Facts as conditions name them. The topic's own id and state win over attributes of the same name. */
export const transitionFacts = (input: TransitionFacts): JsonObject => {
  const issue: JsonObject = {
    ...input.attributes,
    id: input.topicId,
    state: input.from,
    status: input.from,
  };
  const { kind, id, owner } = input.requester;
  return {
    issue,
    case: issue,
    transition: { from: input.from, to: input.to },
    action: { type: input.action.type, parameters: input.action.parameters },
    context: {},
    risk: {},
    agent: input.agent,
    requester: { kind, id, owner },
  };
};
