import type { RequestEvent } from "@countersign/domain/request/events.ts";
import type { History } from "./history.ts";
import { violation, type LogEntry, type Violation } from "./log-entry.ts";
import { agentMayDecide, agentRules } from "./no-person.ts";
import {
  levelPinned,
  peopleBehind,
  requestEvent,
  tellRequests,
  type RequestStory,
} from "./request-story.ts";

type VoteCast = Extract<RequestEvent, { type: "VoteCast" }>["data"];

const voteFault = (entry: LogEntry, story: RequestStory, vote: VoteCast): string | null => {
  const { actor } = entry.metadata;
  const isAgents = vote.votedBy.startsWith("agent ");
  if (actor.kind !== "agent") {
    return isAgents ? `${vote.votedBy} votes, and its credential is no agent's.` : null;
  }
  const { submitted } = story;
  if (submitted === null) {
    return null;
  }
  if (vote.votedBy === submitted.requester.id) {
    // Found already as a vote on what it asked for itself.
    return null;
  }
  if (vote.votedBy !== `agent ${actor.id}` || vote.onBehalfOf !== null) {
    return `agent ${actor.id} votes in another's name.`;
  }
  if (levelPinned(story, vote.level)?.plan.deciders.includes(actor.id) !== true) {
    return `agent ${actor.id} votes at a level that does not name it.`;
  }
  const rules = agentRules(entry, peopleBehind(story, entry), story.org.definitions);
  return agentMayDecide(submitted, actor.id, rules)
    ? null
    : `agent ${actor.id} votes although it is the asker's, or agents may not decide here.`;
};

/**
 * I4 for agents: one votes only where the pinned policy names it and the org allows it, in its own name, never on what
 * a gate asked for, and never on what its owner or another agent of that owner asked for.
 */
export const deciders = (history: History): Violation[] => {
  const found: Violation[] = [];
  tellRequests(history, (entry, story) => {
    const event = requestEvent(entry);
    if (event.type !== "VoteCast") {
      return;
    }
    const fault = voteFault(entry, story, event.data);
    if (fault !== null) {
      found.push(violation("I4", entry, fault));
    }
  });
  return found;
};
