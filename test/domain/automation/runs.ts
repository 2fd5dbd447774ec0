import type { Actor } from "@countersign/domain/actor.ts";
import type { AutomationRun } from "@countersign/domain/automation/automation.ts";
import type { RecipeAction } from "@countersign/domain/automation/recipe.ts";
import { command, type Happening } from "../../testkit/happenings.ts";

export const person = (id: string): Actor => ({ kind: "person", id });
export const agent = (id: string): Actor => ({ kind: "agent", id });

/** A run on facts that gus set, who has nothing to do with the request. */
export const run = (
  actions: readonly RecipeAction[],
  fields: Partial<AutomationRun> = {},
): AutomationRun => ({
  recipe: "hotfix",
  version: 1,
  run: "run_1",
  trigger: "case.updated",
  phase: "ran",
  cause: "event-1",
  topic: { workflow: "release", id: "r-1", revision: 3 },
  requests: ["apr_1"],
  because: 'severity = "critical"',
  facts: { severity: "critical" },
  diff: [],
  setBy: { severity: [person("gus")] },
  namedBy: {},
  actions,
  askers: [],
  approvalId: null,
  reason: null,
  ...fields,
});

/** A run reaches the request. */
export const reaches = (reached: AutomationRun): Happening =>
  command(null, { type: "automate", run: reached });

export const skips = (...levels: readonly number[]): RecipeAction => ({
  type: "modify_approval_chain",
  changes: [{ kind: "skip-levels", levels }],
});

export const escalatesTo = (...roles: readonly string[]): RecipeAction => ({
  type: "escalate_approval",
  approvers: roles.map((identifier) => ({ type: "role", identifier })),
  level: null,
  reason: "Too slow",
});

export const givesTo = (identifier: string): RecipeAction => ({
  type: "reassign",
  to: [{ type: "user", identifier }],
  assignee: null,
  reason: null,
});

export const dueWithin = (after: string, level: number | null = null): RecipeAction => ({
  type: "modify_approval_chain",
  changes: [{ kind: "reduce-timeout", level, after }],
});

/** Tells somebody, with this message or none. */
export const notifies = (message: string | null): RecipeAction => ({
  type: "notify",
  channel: null,
  template: null,
  level: null,
  message,
  recipients: [],
  mention: [],
});
/** Adds a role or a person (`user:gus`): to the open level, unless it says to which, and in which group. */
export const adds = (
  who: string,
  { to = null, in: name = null }: { readonly to?: number | null; readonly in?: string | null } = {},
): RecipeAction => ({
  type: "modify_approval_chain",
  changes: [
    {
      kind: "add-approvers",
      level: to,
      group: name,
      approvers: [
        who.startsWith("user:")
          ? { type: "user", identifier: who.slice("user:".length) }
          : { type: "role", identifier: who },
      ],
    },
  ],
});
