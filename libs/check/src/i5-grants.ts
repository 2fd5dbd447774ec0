import type { RequestEvent } from "@countersign/domain/request/events.ts";
import type { History } from "./history.ts";
import { violation, type LogEntry, type Violation } from "./log-entry.ts";
import { requestEvent } from "./request-story.ts";

type Approved = Extract<RequestEvent, { type: "RequestApproved" }>["data"];

/** A request's grant as the log has told of it so far. */
interface GrantStory {
  approved: Approved | null;
  transition: boolean;
  consumed: boolean;
  reported: boolean;
  stuck: boolean;
}

const consumption = (
  story: GrantStory,
  entry: LogEntry,
  data: Extract<RequestEvent, { type: "GrantConsumed" }>["data"],
): string | null => {
  const { approved, consumed } = story;
  const grant = approved?.grant ?? null;
  if (approved === null || grant === null) return "a grant is spent that was never given.";
  if (consumed) return "the grant is spent a second time.";
  if (data.grantId !== grant.id)
    return `grant ${data.grantId} is spent where ${grant.id} was given.`;
  if (Date.parse(entry.metadata.occurredAt) >= Date.parse(grant.validUntil)) {
    return `the grant is spent after ${grant.validUntil}, when it was over.`;
  }
  return data.payloadVersion === approved.payloadVersion
    ? null
    : `the grant is spent for payload version ${data.payloadVersion}, and ${approved.payloadVersion} was approved.`;
};

const execution = ({ approved, transition, consumed, reported }: GrantStory): string | null => {
  if (approved === null) return "an execution is reported of what was never approved.";
  if (reported) return "an execution is reported a second time.";
  return consumed || transition ? null : "an execution is reported before the grant was spent.";
};

const alarm = ({ approved, consumed, stuck }: GrantStory): string | null => {
  if (approved === null || approved.grant === null || consumed) {
    return "an alarm is raised about a grant that nobody has to come for.";
  }
  return stuck ? "the alarm about one grant is raised twice." : null;
};

/** I5: a grant only by approval, spent at most once and within its time; an execution is reported once, after that. */
export const grantsOnce = (history: History): Violation[] => {
  const found: Violation[] = [];
  for (const entries of history.category("request")) {
    const story: GrantStory = {
      approved: null,
      transition: false,
      consumed: false,
      reported: false,
      stuck: false,
    };
    for (const entry of entries) {
      const event = requestEvent(entry);
      let fault: string | null = null;
      if (event.type === "RequestSubmitted") story.transition = event.data.topic !== null;
      if (event.type === "RequestApproved") {
        story.approved = event.data;
        if (story.transition && event.data.grant !== null)
          fault = "a transition's approval gives a grant, and executes by completing.";
      } else if (event.type === "GrantConsumed") {
        fault = consumption(story, entry, event.data);
        story.consumed = true;
      } else if (event.type === "ExecutionReported") {
        fault = execution(story);
        story.reported = true;
      } else if (event.type === "DeliveryStuck") {
        fault = alarm(story);
        story.stuck = true;
      }
      if (fault !== null) found.push(violation("I5", entry, fault));
    }
  }
  return found;
};
