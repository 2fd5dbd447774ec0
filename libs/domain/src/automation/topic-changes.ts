import type { Actor } from "../actor.ts";
import { isObject, type Json, type JsonObject } from "../json.ts";
import type { TopicEvent, TopicState } from "../topic/topic.ts";
import type { FieldChange, RunRef } from "./automation.ts";
import type { RecipeAction } from "./recipe.ts";

/** Comments kept on a topic; every one stands in the recipe's own stream. */
const MOST_COMMENTS = 20;

const listOf = (value: Json | undefined): readonly Json[] =>
  Array.isArray(value) ? (value as readonly Json[]) : [];

/** The value with one of its parts replaced; what is no object on the way becomes one. */
const withPart = (value: Json | undefined, path: readonly string[], part: Json): Json => {
  const [name, ...rest] = path;
  if (name === undefined) return part;
  const known = isObject(value) ? value : {};
  const inner = Object.hasOwn(known, name) ? known[name] : undefined;
  return { ...known, [name]: withPart(inner, rest, part) };
};

/** What an action does to the attributes so far: the attribute it changes, and its value then; null for none. */
const changed = (
  action: RecipeAction,
  attributes: JsonObject,
  isPending: boolean,
  comment: JsonObject,
): readonly [string, Json] | null => {
  const known = (name: string): Json | undefined =>
    Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  switch (action.type) {
    case "set_field": {
      const [name = "", ...rest] = action.field.replace(/^(?:case|issue)\./, "").split(".");
      return [name, withPart(known(name), rest, action.value)];
    }
    case "add_label": {
      const labels = listOf(known("labels"));
      return labels.includes(action.label) ? null : ["labels", [...labels, action.label]];
    }
    case "add_comment": {
      const comments = [...listOf(known("comments")), { ...comment, body: action.body }];
      return ["comments", comments.slice(-MOST_COMMENTS)];
    }
    case "reassign": {
      const assignee = action.assignee ?? (isPending ? undefined : action.to[0]?.identifier);
      return assignee === undefined ? null : ["assignee", assignee];
    }
    default:
      return null;
  }
};

const alike = (one: Json, other: Json): boolean => JSON.stringify(one) === JSON.stringify(other);

/** What a run changes about a topic with these attributes, each attribute once. `at` is ISO 8601. */
export const topicChanges = (
  actions: readonly RecipeAction[],
  attributes: JsonObject,
  isPending: boolean,
  { run, recipe }: Pick<RunRef, "run" | "recipe">,
  at: string,
): readonly FieldChange[] => {
  const after = new Map<string, Json>();
  for (const action of actions) {
    const now = { ...attributes, ...Object.fromEntries(after) };
    const change = changed(action, now, isPending, { by: recipe, run, at });
    if (change !== null) after.set(...change);
  }
  return [...after]
    .map(([field, value]) => ({
      field,
      before: (Object.hasOwn(attributes, field) ? attributes[field] : null) ?? null,
      after: value,
    }))
    .filter(({ before, after: value }) => !alike(before, value));
};

/** Who a recipe is in events. */
export const recipeActor = (recipe: string): Actor => ({ kind: "system", id: `recipe:${recipe}` });

/** The event by which a run changes its topic as it stands now; none when there is nothing to change. */
export const changeTopic = (
  state: TopicState,
  run: RunRef & { readonly actions: readonly RecipeAction[]; readonly requests: readonly string[] },
  at: string,
): readonly TopicEvent[] => {
  if (state.status === "absent") return [];
  const isPending = run.requests.length > 0;
  const changes = topicChanges(run.actions, state.attributes, isPending, run, at);
  if (changes.length === 0) return [];
  const patch = Object.fromEntries(changes.map(({ field, after }) => [field, after]));
  return [{ type: "AttributesChanged", data: { patch, by: recipeActor(run.recipe) } }];
};
