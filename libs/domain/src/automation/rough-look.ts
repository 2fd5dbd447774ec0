import { evaluateCondition } from "../policy/evaluate-condition.ts";
import type { Reference } from "../reference.ts";
import type { TopicState } from "../topic/topic.ts";
import { recipeFacts } from "./facts.ts";
import type { Recipe } from "./recipe.ts";
import { fieldsOfCondition } from "./who-set.ts";

const elsewhere = /^(?:\*|(?:(?:case|issue)\.)?(?:approval|risk|run)(?:\.|$))/;

/**
 * False where a topic's own attributes and the time (ISO 8601) already say that a recipe does nothing about it: a
 * schedule that looks at many topics needs to read few of them whole.
 */
export const mayConcern = (
  { conditions }: Recipe,
  topic: Extract<TopicState, { status: "present" }>,
  now: string,
  { evaluateExpression }: Reference,
): boolean => {
  if (conditions === null || fieldsOfCondition(conditions).some((field) => elsewhere.test(field)))
    return true;
  const facts = recipeFacts({ topic, approval: null, moved: null, risk: {}, now });
  return evaluateCondition(conditions, facts, evaluateExpression).value === true;
};
