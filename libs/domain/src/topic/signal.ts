import type { Actor } from "../actor.ts";
import type { Json, JsonObject } from "../json.ts";
import { isObject } from "../json.ts";
import { refuse, refuseField, type Refusal } from "../request/refusals.ts";
import { mergeAttributes } from "./attributes.ts";
import type { TopicEvent, TopicState } from "./topic.ts";

/** Characters of a topic's attributes as JSON: they become the payload of each request for a transition. */
const MOST_TEXT = 128 * 1024;

const alike = (one: Json | undefined, other: Json): boolean => {
  if (Array.isArray(other)) {
    return (
      Array.isArray(one) &&
      one.length === other.length &&
      other.every((value: Json, index) => alike(one[index], value))
    );
  }
  if (isObject(other)) {
    return (
      isObject(one) &&
      Object.keys(one).length === Object.keys(other).length &&
      Object.entries(other).every(
        ([name, value]) => Object.hasOwn(one, name) && alike(one[name], value),
      )
    );
  }
  return one === other;
};

/**
 * Facts that somebody knows of a topic: they merge into its attributes, null removes. What this one said before, and
 * still stands so, is not said again: nothing was updated.
 */
export const signalTopic = (
  state: TopicState,
  facts: JsonObject,
  by: Actor,
): { readonly events: readonly TopicEvent[]; readonly refusal?: Refusal } => {
  if (state.status === "absent") {
    return { events: [], refusal: refuse("not-found", "There is no such topic.") };
  }
  const { attributes, setBy } = state;
  const news = Object.entries(facts).filter(([name, value]) => {
    if (value === null) {
      return Object.hasOwn(attributes, name);
    }
    const setter = setBy[name];
    const isOwn = setter?.kind === by.kind && setter.id === by.id;
    return !isOwn || !Object.hasOwn(attributes, name) || !alike(attributes[name], value);
  });
  if (news.length === 0) {
    return { events: [] };
  }
  const patch = Object.fromEntries(news);
  const size = JSON.stringify(mergeAttributes(attributes, patch)).length;
  if (size > MOST_TEXT && size > JSON.stringify(attributes).length) {
    const message = `A topic's attributes have at most ${MOST_TEXT} characters as JSON; null removes one.`;
    return { events: [], refusal: refuseField("unprocessable", "facts", message) };
  }
  return { events: [{ type: "AttributesChanged", data: { patch, by } }] };
};
