import type { Workflow } from "@countersign/domain/topic/workflow.ts";
import type { TopicState } from "@countersign/domain/topic/topic.ts";
import { absentTopic } from "@countersign/domain/topic/evolve.ts";
import { decideTransition, type TransitionCommand } from "@countersign/domain/topic/transition.ts";
import { noGuards, release } from "./release.ts";

/** Answers with nobody to evaluate guards; the topic is absent and the workflow `release` unless told otherwise. */
export const decide = (
  command: TransitionCommand,
  state: TopicState = absentTopic,
  workflow: Workflow | undefined = release(),
) => decideTransition(state, workflow, command, noGuards);

/** The refusal, or the kind of answer there was instead. */
export const refusal = (
  command: TransitionCommand,
  state: TopicState = absentTopic,
  workflow: Workflow | undefined = release(),
) => {
  const answer = decide(command, state, workflow);
  return answer.kind === "refused" ? answer.refusal : answer.kind;
};

/** The refusal's code, or the kind of answer there was instead. */
export const code = (...args: Parameters<typeof refusal>): string => {
  const found = refusal(...args);
  return typeof found === "string" ? found : found.code;
};
