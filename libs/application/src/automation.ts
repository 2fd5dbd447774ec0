import type {
  AutomationEvent,
  AutomationRun,
  AutomationState,
} from "@countersign/domain/automation/automation.ts";
import { evolveAutomation, idleAutomation } from "@countersign/domain/automation/evolve.ts";
import { changeTopic } from "@countersign/domain/automation/topic-changes.ts";
import { readAutomationEvent } from "@countersign/domain/read-events.ts";
import type { TopicState } from "@countersign/domain/topic/topic.ts";
import { derivedCommandId } from "./derived-ids.ts";
import type { Envelope } from "./envelope.ts";
import { execute, type Aggregate, type Engine, type Outcome, type StreamKind } from "./execute.ts";
import { automationStream, topicStream } from "./streams.ts";
import type { TopicKind } from "./topic.ts";

export type AutomationKind = StreamKind<AutomationState, AutomationEvent>;

export const automationAggregate: Aggregate<AutomationState, AutomationEvent> = {
  initial: idleAutomation,
  evolve: (state, event) => evolveAutomation(state, event),
  decode: readAutomationEvent,
};

/** The id of the command that records a run; the same cause, recipe and topic run once. */
export const runCommandId = (org: string, recipe: string, cause: string, about: string): string =>
  derivedCommandId("automation", org, recipe, cause, about);

/** Records a run; one that was recorded before changes nothing. `run` is made at the time of the decision, ISO 8601. */
export const recordRun = async (
  engine: Engine,
  kind: AutomationKind,
  envelope: Envelope,
  run: AutomationRun,
): Promise<Outcome<AutomationState>> =>
  execute(engine, kind, automationStream(envelope.org, run.recipe), envelope, () => ({
    events: [{ type: "AutomationRan", data: run }],
  }));

/** Ends a run's wait for people; nothing when it does not wait. */
export const endWait = async (
  engine: Engine,
  kind: AutomationKind,
  envelope: Envelope,
  { recipe, run }: { readonly recipe: string; readonly run: string },
  end: Pick<AutomationRun, "phase" | "approvalId" | "reason">,
): Promise<Outcome<AutomationState>> =>
  execute(engine, kind, automationStream(envelope.org, recipe), envelope, ({ asked }) => {
    const waiting = asked.get(run);
    return {
      events:
        waiting === undefined ? [] : [{ type: "AutomationRan", data: { ...waiting, ...end } }],
    };
  });

/** Changes a run's topic as it stands now. */
export const changeTopicByRun = async (
  engine: Engine,
  kind: TopicKind,
  envelope: Envelope,
  run: AutomationRun,
): Promise<Outcome<TopicState> | null> => {
  if (run.topic === null) return null;
  const stream = topicStream(envelope.org, run.topic.workflow, run.topic.id);
  return execute(engine, kind, stream, envelope, (state, now) => ({
    events: changeTopic(state, run, now),
  }));
};
