import type { Actor } from "@countersign/domain/actor.ts";
import type { ActiveRecipe } from "@countersign/domain/automation/active-recipes.ts";
import type { AutomationRun } from "@countersign/domain/automation/automation.ts";
import type { Seen } from "@countersign/domain/automation/facts.ts";
import { planRun, type Triggered } from "@countersign/domain/automation/plan-run.ts";
import type { Recipe } from "@countersign/domain/automation/recipe.ts";
import type { JsonObject } from "@countersign/domain/json.ts";
import type { Condition, Operator } from "@countersign/domain/policy/condition.ts";
import type { TopicState } from "@countersign/domain/topic/topic.ts";
import { referenceOf, world } from "../../testkit/world.ts";

export type Topic = Extract<TopicState, { status: "present" }>;

const bot: Actor = { kind: "agent", id: "deployment-bot" };

/** A release that came to staging on 1 March and of which nobody spoke since the 3rd. */
export const topic = (attributes: JsonObject = {}, fields: Partial<Topic> = {}): Topic => ({
  status: "present",
  workflow: "release",
  id: "r-1",
  state: "staging",
  attributes,
  setBy: Object.fromEntries(Object.keys(attributes).map((name) => [name, bot])),
  blocked: null,
  history: [
    {
      from: "development",
      to: "staging",
      at: "2026-03-01T09:00:00.000Z",
      by: bot,
      approvalIds: [],
    },
  ],
  enteredAt: "2026-03-01T09:00:00.000Z",
  activeAt: "2026-03-03T09:00:00.000Z",
  ...fields,
});

export const field = (name: string, operator: Operator, value: JsonObject[string]): Condition => ({
  kind: "field",
  field: name,
  operator,
  value,
});

export const recipe = (fields: Partial<Recipe> = {}): ActiveRecipe => ({
  recipe: {
    id: "watch",
    name: "Watch",
    trigger: "case.updated",
    schedule: null,
    workflow: null,
    conditions: null,
    actions: [],
    requiresApproval: false,
    approvers: [],
    policy: null,
    ...fields,
  },
  version: 2,
  importedAt: "2026-01-01T00:00:00.000Z",
  importedBy: "ivy",
});

/** What the recipe does about this topic on 8 March at nine. */
export const plan = (
  active: ActiveRecipe,
  seen: Partial<Seen> = {},
  triggered: Partial<Triggered> = {},
): AutomationRun | null =>
  planRun(
    active,
    {
      run: "run_1",
      cause: "event-1",
      seen: {
        topic: topic(),
        approval: null,
        moved: null,
        risk: {},
        now: "2026-03-08T09:00:00.000Z",
        ...seen,
      },
      revision: 4,
      requests: [],
      requester: null,
      by: bot,
      ...triggered,
    },
    referenceOf(world()),
  );
