import type { JsonObject } from "@countersign/domain/json.ts";
import type { RequestEvent, SubmittedFields } from "@countersign/domain/request/events.ts";
import type { TopicEvent } from "@countersign/domain/topic/topic.ts";
import { judgeCondition } from "./conditions.ts";
import type { History } from "./history.ts";
import { basisOf, violation, type LogEntry, type Violation } from "./log-entry.ts";

type Completed = Extract<TopicEvent, { type: "TransitionCompleted" }>["data"];

interface Approval {
  readonly submitted: SubmittedFields;
  readonly approvedAt: bigint | null;
}

interface TopicStory {
  workflow: string;
  id: string;
  attributes: JsonObject;
  waitsFor: readonly string[];
}

const approvalsOf = (history: History): ReadonlyMap<string, Approval> => {
  const approvals = new Map<string, Approval>();
  for (const entry of history.log) {
    const event = { type: entry.type, data: entry.data } as RequestEvent;
    if (event.type === "RequestSubmitted") {
      approvals.set(entry.stream, { submitted: event.data, approvedAt: null });
    } else if (event.type === "RequestApproved") {
      const known = approvals.get(entry.stream);
      if (known !== undefined) {
        approvals.set(entry.stream, { ...known, approvedAt: entry.position });
      }
    }
  }
  return approvals;
};

const merged = (attributes: JsonObject, patch: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries({ ...attributes, ...patch }).filter(([, value]) => value !== null),
  );

/** Why a transition that waited for an approval may not complete. */
const approvalFault = (
  entry: LogEntry,
  story: TopicStory,
  data: Completed,
  id: string,
  approval: Approval | undefined,
): string | null => {
  if (approval?.approvedAt === null || approval === undefined) {
    return `the transition completes by ${id}, which was never approved.`;
  }
  if (approval.approvedAt > entry.position) {
    return `the transition completes before ${id} was approved.`;
  }
  const { topic } = approval.submitted;
  const same =
    topic?.workflow === story.workflow &&
    topic.id === story.id &&
    topic.from === data.from &&
    topic.to === data.to;
  return same ? null : `the transition completes by ${id}, which was asked for another.`;
};

/** Why a transition may not pass without people: its workflow asks for them and `when` is not false. */
const passFault = (
  history: History,
  entry: LogEntry,
  story: TopicStory,
  data: Completed,
): string | null => {
  const { definitions } = history.org(entry);
  const workflow = definitions.workflowAt(story.workflow, basisOf(entry)?.definition ?? -1);
  const transition = workflow?.transitions.find(
    ({ from, to }) => from === data.from && to === data.to,
  );
  if (transition === undefined) {
    return `the workflow has no transition from ${data.from} to ${data.to}.`;
  }
  if (transition.policy === null) {
    return null;
  }
  const attributes = merged(story.attributes, data.patch);
  const issue = { ...attributes, id: story.id, state: data.from, status: data.from };
  const { from, to } = data;
  const parameters = { workflow: story.workflow, topic: story.id, from, to, attributes };
  const facts: JsonObject = {
    issue,
    case: issue,
    transition: { from, to },
    action: { type: "workflow:transition", parameters },
    requester: { kind: data.by.kind, id: data.by.id },
  };
  const needed =
    transition.when === null
      ? "true"
      : judgeCondition(transition.when, facts, history.guard, "false");
  return needed === "false" ? null : "the transition passes without the approval it needs.";
};

const tell = (story: TopicStory, event: TopicEvent): void => {
  if (event.type === "TopicCreated") {
    story.workflow = event.data.workflow;
    story.id = event.data.id;
  } else if (event.type === "TransitionBlocked") {
    story.waitsFor = event.data.approvalIds;
  } else if (event.type === "TransitionCompleted" || event.type === "TransitionRejected") {
    story.waitsFor = [];
  }
  if ("patch" in event.data) {
    story.attributes = merged(story.attributes, event.data.patch);
  }
};

/**
 * I5, for topics: a transition that needs approval completes only after the request it waits for was approved, for
 * this very topic and way; denied, expired, cancelled: never.
 */
export const transitionFollows = (history: History): Violation[] => {
  const found: Violation[] = [];
  const approvals = approvalsOf(history);
  for (const entries of history.category("topic")) {
    const story: TopicStory = { workflow: "", id: "", attributes: {}, waitsFor: [] };
    for (const entry of entries) {
      const event = { type: entry.type, data: entry.data } as TopicEvent;
      const add = (message: string | null): void => {
        if (message !== null) {
          found.push(violation("I5", entry, message));
        }
      };
      if (event.type === "TransitionCompleted") {
        const { approvalIds } = event.data;
        const org = entry.stream.slice(entry.stream.indexOf("-") + 1, entry.stream.indexOf("."));
        if (approvalIds.join() !== story.waitsFor.join()) {
          add("the transition completes by other approvals than the topic waits for.");
        }
        for (const id of approvalIds) {
          const approval = approvals.get(`request-${org}.${id}`);
          add(approvalFault(entry, story, event.data, id, approval));
        }
        if (approvalIds.length === 0) {
          add(passFault(history, entry, story, event.data));
        }
      }
      tell(story, event);
    }
  }
  return found;
};
