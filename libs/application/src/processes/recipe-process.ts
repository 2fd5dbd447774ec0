import type { AutomationRun, RunNote } from "@countersign/domain/automation/automation.ts";
import { cut } from "@countersign/domain/automation/bounds.ts";
import type { RecipeAction, RecipeTrigger } from "@countersign/domain/automation/recipe.ts";
import type { JsonObject } from "@countersign/domain/json.ts";
import type { Target } from "@countersign/domain/policy/policy.ts";
import type { Ask } from "@countersign/domain/request/commands.ts";
import type { RequestEvent, SubmittedFields } from "@countersign/domain/request/events.ts";
import type { RequestState } from "@countersign/domain/request/state.ts";
import { canonicalHash } from "../canonical.ts";
import { derivedRequestId } from "../derived-ids.ts";

/** What the process manager of recipes wants done after a run was recorded. */
export type RecipeCommand =
  | {
      readonly kind: "ask";
      readonly ask: Ask;
      /** In whose names, one after the other. */
      readonly askers: AutomationRun["askers"];
      /** True when the run waits for the answer. */
      readonly holds: boolean;
    }
  | { readonly kind: "change-topic" }
  | { readonly kind: "automate"; readonly request: string };

const triggers: ReadonlyMap<string, readonly RecipeTrigger[]> = new Map([
  ["AttributesChanged", ["case.updated"]],
  ["TransitionBlocked", ["case.updated"]],
  ["TransitionCompleted", ["workflow.after_transition", "case.updated"]],
  ["TransitionRejected", ["workflow.after_transition", "case.updated"]],
  ["LevelOverdue", ["approval.timeout"]],
]);
const noTriggers: readonly RecipeTrigger[] = [];

/** Which recipes an event may run, by its type. */
export const triggersOf = (type: string): readonly RecipeTrigger[] =>
  triggers.get(type) ?? noTriggers;

/** What recipes write themselves runs no recipe, so that none can call itself. */
export const isOfRecipe = ({
  actor,
}: {
  readonly actor: { readonly kind: string; readonly id: string };
}): boolean => actor.kind === "system" && actor.id.startsWith("recipe:");

const noteOf = ({
  recipe,
  version,
  run,
  trigger,
  because,
  facts,
  diff,
}: AutomationRun): RunNote => ({
  recipe,
  version,
  run,
  trigger,
  because,
  facts,
  diff,
});

interface Asked {
  readonly id: string;
  readonly title: string;
  readonly type: string;
  readonly parameters: JsonObject;
  readonly approvers: readonly Target[];
  readonly policy: string | null;
  readonly timeout: string | null;
  readonly urgency: SubmittedFields["urgency"];
  readonly description: string | null;
  readonly holds: boolean;
  /** Which of the recipe's requests about a topic it is. */
  readonly place: string;
}

const askOf = (run: AutomationRun, asked: Asked): Ask => {
  const action = { type: asked.type, parameters: asked.parameters };
  const { topic } = run;
  return {
    requestId: asked.id,
    title: cut(asked.title, 200),
    description: asked.description,
    action,
    payloadHash: canonicalHash(action),
    agent: null,
    policy: asked.policy,
    approvers: asked.policy === null && asked.approvers.length > 0 ? asked.approvers : null,
    expiresIn: asked.timeout,
    reasonCodes: [],
    policyTrace: {},
    riskSnapshot: {},
    view: null,
    context: { recipe: run.recipe, trigger: run.trigger, because: run.because, facts: run.facts },
    links: topic === null ? {} : { issue: topic.id },
    urgency: asked.urgency,
    schema: null,
    // One pending request of a recipe about a topic: what triggers it again meanwhile adds no other.
    dedupe:
      topic === null ? null : canonicalHash([run.recipe, topic.workflow, topic.id, asked.place]),
    previousRequestId: null,
    validation: null,
    observers: [],
    suggested: [],
    topic: null,
    automation: { ...noteOf(run), holds: asked.holds },
  };
};

const about = ({ topic, requests }: AutomationRun): JsonObject =>
  topic === null
    ? { requests: [...requests] }
    : { workflow: topic.workflow, topic: topic.id, requests: [...requests] };

/** A text that was filled in with something. */
const written = (text: string | null): string | null =>
  text === null || text.trim() === "" ? null : text;

const requestOf = (
  org: string,
  run: AutomationRun,
  action: Extract<RecipeAction, { type: "request_approval" }>,
  place: number,
): Ask =>
  askOf(run, {
    ...action,
    id: derivedRequestId("automation", org, run.run, String(place)),
    title: written(action.title) ?? written(action.reason) ?? `${run.recipe} asks`,
    description: action.reason,
    type: "automation:request_approval",
    parameters: { recipe: run.recipe, ...about(run), reason: action.reason },
    holds: false,
    place: String(place),
  });

/** Actions as JSON: they hold nothing else, which the type system cannot see of interfaces. */
const actionsJson = (actions: readonly RecipeAction[]): JsonObject[] =>
  JSON.parse(JSON.stringify(actions)) as JsonObject[];

const permission = (
  org: string,
  run: AutomationRun,
  name: string,
  approvers: readonly Target[],
  policy: string | null,
): Ask =>
  askOf(run, {
    id: derivedRequestId("automation", org, run.run, "permission"),
    title: `Run ${name}${run.topic === null ? "" : ` on ${run.topic.id}`}`,
    description: null,
    type: "automation:run",
    parameters: { recipe: run.recipe, ...about(run), actions: actionsJson(run.actions) },
    approvers,
    policy,
    timeout: null,
    urgency: "normal",
    holds: true,
    place: "permission",
  });

/** What follows from a recorded run. Everything may be said twice: ids derive from the run. */
export const onRun = (
  org: string,
  run: AutomationRun,
  recipe: {
    readonly name: string;
    readonly approvers: readonly Target[];
    readonly policy: string | null;
  },
): readonly RecipeCommand[] => {
  const { askers } = run;
  if (run.phase === "asked") {
    const ask = permission(org, run, recipe.name, recipe.approvers, recipe.policy);
    return [{ kind: "ask", ask, askers, holds: true }];
  }
  if (run.phase !== "ran") return [];
  return [
    ...(run.topic === null ? [] : [{ kind: "change-topic" as const }]),
    ...run.requests.map((request) => ({ kind: "automate" as const, request })),
    ...run.actions.flatMap((action, place) =>
      action.type === "request_approval"
        ? [{ kind: "ask" as const, ask: requestOf(org, run, action, place), askers, holds: false }]
        : [],
    ),
  ];
};

const ends: Partial<Record<RequestEvent["type"], string>> = {
  RequestApproved: "approved",
  RequestDenied: "denied",
  RequestExpired: "expired",
  RequestCancelled: "cancelled",
};

/** How the wait of a run ends with its request; null for every other request and event. */
export const onPermission = (
  state: RequestState,
  { type }: RequestEvent,
): {
  readonly waiting: { readonly recipe: string; readonly run: string };
  readonly end: Pick<AutomationRun, "phase" | "approvalId" | "reason">;
} | null => {
  const how = ends[type];
  if (how === undefined || state.status === "absent") return null;
  const { automation, requestId: approvalId } = state.submitted;
  if (automation?.holds !== true) return null;
  const waiting = { recipe: automation.recipe, run: automation.run };
  // What was edited is not what would run.
  const isEdited = state.payloadVersion > 1;
  return how === "approved" && !isEdited
    ? { waiting, end: { phase: "ran", approvalId, reason: null } }
    : {
        waiting,
        end: {
          phase: "declined",
          approvalId,
          reason: isEdited ? "Its actions were edited, and run only as written." : how,
        },
      };
};
