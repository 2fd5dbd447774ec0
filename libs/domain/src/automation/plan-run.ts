import type { Actor } from "../actor.ts";
import type { JsonObject } from "../json.ts";
import type { Target } from "../policy/policy.ts";
import { evaluateCondition } from "../policy/evaluate-condition.ts";
import { mayApprove } from "../directory/lookups.ts";
import type { Reference } from "../reference.ts";
import type { Requester } from "../request/events.ts";
import type { ActiveRecipe } from "./active-recipes.ts";
import { cut, shownValue, shownValues } from "./bounds.ts";
import type { AutomationRun } from "./automation.ts";
import { recipeFacts, type Seen } from "./facts.ts";
import type { ChainChange, RecipeAction } from "./recipe.ts";
import { fillIn, fillInValue, templateFields } from "./template.ts";
import { topicChanges } from "./topic-changes.ts";
import { fieldsOfCondition, whoSet } from "./who-set.ts";

/** What triggered a look at a recipe. */
export interface Triggered {
  /** `run_…`. */
  readonly run: string;
  /** The event's id, or the timer's key. */
  readonly cause: string;
  readonly seen: Seen;
  /** Revision of the topic's stream at which it was seen; 0 without a topic. */
  readonly revision: number;
  /** Pending requests that the run would reach. */
  readonly requests: readonly string[];
  /** Who asked for the overdue request; null where a topic is looked at. */
  readonly requester: Requester | null;
  /** Who brought it about: they are asked for as requester, so that they decide about nothing they brought about. */
  readonly by: Actor | null;
}

/** Longest value that a recipe writes, in characters of its JSON, and longest texts, in characters. */
const MOST_VALUE = 16_384;
const MOST_TEXT = 4_000;
const MOST_COMMENT = 2_000;
const MOST_NAME = 300;

const filledTarget = ({ type, identifier }: Target, facts: JsonObject): Target => ({
  type,
  identifier: cut(fillIn(identifier, facts), MOST_NAME),
});

const filledChange = (change: ChainChange, facts: JsonObject): ChainChange =>
  change.kind === "add-approvers"
    ? { ...change, approvers: change.approvers.map((each) => filledTarget(each, facts)) }
    : change;

/** An action with its texts filled in from the facts; null where nothing of bounded size comes out. */
const filled = (action: RecipeAction, facts: JsonObject): RecipeAction | null => {
  const text = (from: string | null): string | null =>
    from === null ? null : cut(fillIn(from, facts), MOST_TEXT);
  const targets = (from: readonly Target[]): readonly Target[] =>
    from.map((each) => filledTarget(each, facts));
  switch (action.type) {
    case "request_approval":
      return {
        ...action,
        title: text(action.title),
        reason: text(action.reason),
        approvers: targets(action.approvers),
      };
    case "escalate_approval":
      return { ...action, approvers: targets(action.approvers), reason: text(action.reason) };
    case "modify_approval_chain":
      return { ...action, changes: action.changes.map((change) => filledChange(change, facts)) };
    case "notify":
      return {
        ...action,
        message: text(action.message),
        recipients: action.recipients
          .map((each) => cut(fillIn(each, facts), MOST_NAME))
          .filter((to) => to !== ""),
      };
    case "reassign":
      return {
        ...action,
        to: targets(action.to),
        assignee: text(action.assignee),
        reason: text(action.reason),
      };
    case "set_field": {
      const value = fillInValue(action.value, facts);
      return JSON.stringify(value).length > MOST_VALUE ? null : { ...action, value };
    }
    case "add_label":
      return { ...action, label: cut(fillIn(action.label, facts), MOST_NAME) };
    case "add_comment":
      return { ...action, body: cut(fillIn(action.body, facts), MOST_COMMENT) };
  }
};

/** The people and roles that an action names as approvers. */
const approversNamed = (action: RecipeAction): readonly Target[] => {
  switch (action.type) {
    case "request_approval":
    case "escalate_approval":
      return action.approvers;
    case "reassign":
      return action.to;
    case "modify_approval_chain":
      return action.changes.flatMap((change) =>
        change.kind === "add-approvers" ? change.approvers : [],
      );
    default:
      return [];
  }
};

type Asker = AutomationRun["askers"][number];

/** Who may stand for the request of a recipe: known, active and no viewer. */
const mayAsk = ({ kind, id }: Asker, { directory }: Reference): boolean =>
  kind === "agent" ? directory.agents.has(id) : mayApprove(directory, id);

/** Names tried at most. */
const MOST_ASKERS = 5;

/** Whoever brought it about comes first, so that nobody decides about that; the recipe's own author comes last. */
const askersOf = (
  { by, seen, requester }: Triggered,
  { importedBy }: ActiveRecipe,
  reference: Reference,
): AutomationRun["askers"] => {
  const moves = seen.topic?.history.map((entry) => entry.by) ?? [];
  const author: Actor = { kind: "person", id: importedBy };
  const candidates: readonly (Actor | null)[] = [
    by,
    requester,
    ...moves.toReversed(),
    ...Object.values(seen.topic?.setBy ?? {}),
  ];
  const found = new Map<string, Asker>();
  for (const each of [...candidates.slice(0, 50), author]) {
    if (each === null || (each.kind !== "person" && each.kind !== "agent")) continue;
    const { kind, id } = each;
    const asker: Asker = { kind, id };
    if (mayAsk(asker, reference)) found.set(`${kind} ${id}`, asker);
  }
  const all = [...found.values()];
  return all.length <= MOST_ASKERS ? all : [...all.slice(0, MOST_ASKERS - 1), ...all.slice(-1)];
};

/** What a recipe does about what it sees; null when its conditions are not true: unknown changes nothing. */
export const planRun = (
  active: ActiveRecipe,
  triggered: Triggered,
  reference: Reference,
): AutomationRun | null => {
  const { recipe, version } = active;
  const { run, cause, seen, requests, requester } = triggered;
  const facts = recipeFacts(seen);
  const { conditions } = recipe;
  const found =
    conditions === null
      ? { value: true, because: "", facts: {} }
      : evaluateCondition(conditions, facts, reference.evaluateExpression);
  if (found.value !== true) return null;
  const { topic } = seen;
  const actions = recipe.actions.flatMap((action) => filled(action, facts) ?? []);
  const names = recipe.actions.flatMap((action) =>
    approversNamed(action).flatMap(({ identifier }) => templateFields(identifier)),
  );
  const ref = { run, recipe: recipe.id };
  return {
    recipe: recipe.id,
    version,
    run,
    trigger: recipe.trigger,
    phase: recipe.requiresApproval ? "asked" : "ran",
    cause,
    topic:
      topic === null
        ? null
        : { workflow: topic.workflow, id: topic.id, revision: triggered.revision },
    requests,
    because: cut(found.because, MOST_TEXT),
    facts: shownValues(found.facts),
    setBy: whoSet(fieldsOfCondition(conditions), topic, requester),
    namedBy: whoSet(names, topic, requester),
    actions,
    diff:
      topic === null
        ? []
        : topicChanges(actions, topic.attributes, requests.length > 0, ref, seen.now).map(
            ({ field, before, after }) => ({
              field,
              before: shownValue(before),
              after: shownValue(after),
            }),
          ),
    askers: askersOf(triggered, active, reference),
    approvalId: null,
    reason: null,
  };
};
