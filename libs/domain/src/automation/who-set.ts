import type { Actor } from "../actor.ts";
import type { DirectoryState } from "../directory/directory.ts";
import type { Condition } from "../policy/condition.ts";
import type { Requester } from "../request/events.ts";
import type { TopicState } from "../topic/topic.ts";

/** Fields of a condition, in its order; `*` for an expression, which may read everything. */
export const fieldsOfCondition = (condition: Condition | null): readonly string[] => {
  if (condition === null) return [];
  switch (condition.kind) {
    case "all":
    case "any":
      return condition.of.flatMap(fieldsOfCondition);
    case "field":
      return [condition.field];
    case "expression":
      return ["*"];
  }
};

/** What time and the workflow themselves say: set by nobody. */
const byNobody: ReadonlySet<string> = new Set([
  "id",
  "state",
  "status",
  "days_in_state",
  "from_state",
  "to_state",
  "approval",
  "transition",
  "workflow",
]);

/** What is computed from an attribute of another name. */
const computedFrom: ReadonlyMap<string, string> = new Map([
  ["due_in_hours", "due_at"],
  ["idle_hours", "last_activity_at"],
]);

/** The topic's attribute behind a field, `*` for all of them, or null for what nobody sets. */
export const attributeBehind = (field: string): string | null => {
  const [first = "", second = ""] = field.split(".");
  const name = first === "issue" || first === "case" ? second : first;
  if (name === "") return "*";
  return byNobody.has(name) ? null : (computedFrom.get(name) ?? name);
};

const same = (one: Actor, other: Actor): boolean => one.kind === other.kind && one.id === other.id;

const settersOf = (
  topic: Extract<TopicState, { status: "present" }>,
  attribute: string,
): readonly Actor[] => {
  if (attribute !== "*") {
    const by = Object.hasOwn(topic.setBy, attribute) ? topic.setBy[attribute] : undefined;
    return by === undefined ? [] : [by];
  }
  const all: Actor[] = [];
  for (const by of Object.values(topic.setBy))
    if (!all.some((each) => same(each, by))) all.push(by);
  return all;
};

/** Who set what these fields read, by attribute. Of a request without a topic, whoever asked set everything. */
export const whoSet = (
  fields: readonly string[],
  topic: Extract<TopicState, { status: "present" }> | null,
  requester: Requester | null,
): Readonly<Record<string, readonly Actor[]>> => {
  const found: Record<string, readonly Actor[]> = {};
  for (const field of fields) {
    const attribute = attributeBehind(field);
    if (attribute === null) continue;
    if (topic !== null) found[attribute] = settersOf(topic, attribute);
    else if (requester !== null) found[attribute] = [{ kind: requester.kind, id: requester.id }];
  }
  return found;
};

/**
 * True for whoever may not weaken an approval by what they say: the requester, the owner of the asking agent, every
 * other agent of the same owner, and recipes, because what they write may rest on what these said.
 */
const isAskers = (by: Actor, requester: Requester, { agents }: DirectoryState): boolean => {
  if (by.kind === "system" || by.kind === "timer") return true;
  if (by.kind === requester.kind && by.id === requester.id) return true;
  const person = requester.owner ?? requester.id;
  return by.kind === "person" ? by.id === person : agents.get(by.id)?.owner === person;
};

/** Of these facts, those that the asking side set, in the order of their names. */
export const askersFacts = (
  setBy: Readonly<Record<string, readonly Actor[]>>,
  requester: Requester,
  directory: DirectoryState,
): readonly string[] =>
  Object.entries(setBy)
    .filter(([, actors]) => actors.some((by) => isAskers(by, requester, directory)))
    .map(([name]) => name)
    .toSorted();
