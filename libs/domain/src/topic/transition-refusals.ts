import type { Evaluation } from "../policy/evaluate-condition.ts";
import { refuse, type Refusal } from "../request/refusals.ts";
import type { Blocked } from "./topic.ts";
import type { Workflow } from "./workflow.ts";

/** A fault of the command's body. */
export const bodyFault = (path: string, message: string): Refusal =>
  refuse("unprocessable", `${path}: ${message}`, { faults: [{ path, message }] });

/** The caller is wrong about where the topic stands. */
export const wrongState = (actual: string, said: string): Refusal =>
  refuse("topic-state", `The topic is in ${actual}, not in ${said}.`, { state: actual });

/** Another transition of this topic waits for approval. */
export const topicBlocked = ({ to, approvalIds }: Blocked): Refusal =>
  refuse("topic-blocked", `The topic waits for approval to go to ${to}.`, {
    approval_ids: approvalIds,
    to,
  });

/** The workflow has no such way; the ones it has are named. */
export const noSuchTransition = (workflow: Workflow, from: string, to: string): Refusal => {
  const possible = workflow.transitions.filter((each) => each.from === from).map((each) => each.to);
  const instead =
    possible.length === 0
      ? `nothing leads out of ${from}`
      : `from there it goes to ${possible.join(", ")}`;
  const message = `Workflow ${workflow.id} has no transition from ${from} to ${to}: ${instead}.`;
  return refuse("no-such-transition", message, { from, to, possible });
};

/** Fields that the transition requires are absent or empty. */
export const fieldsMissing = (missing: readonly string[]): Refusal =>
  refuse("fields-missing", `These fields are needed: ${missing.join(", ")}.`, { missing });

/** The transition's conditions are false, or unknown where nobody could be asked. */
export const conditionNotMet = ({ value, because, facts, missing }: Evaluation): Refusal => {
  const what = value === null ? "cannot be judged" : "do not hold";
  const message = `The conditions of this transition ${what}: ${because}.`;
  return refuse("condition-not-met", message, { because, facts, missing });
};
