import type { SubmittedFields } from "@countersign/domain/request/events.ts";
import { isAsker } from "./eligibility.ts";
import type { History } from "./history.ts";
import { countLevel } from "./level-count.ts";
import { basisOf, violation, type LogEntry, type Violation } from "./log-entry.ts";
import { pinnedChain } from "./pinned-chain.ts";
import {
  levelPinned,
  peopleBehind,
  requestEvent,
  tellRequests,
  type RequestStory,
} from "./request-story.ts";

/** Why a request may not be marked as one whose asker may vote. */
const selfApprovalFault = (
  entry: LogEntry,
  { org }: RequestStory,
  submitted: SubmittedFields,
): string | null => {
  if (!submitted.selfApproval) {
    return null;
  }
  if (submitted.escalated) {
    return "self approval is allowed on a request that a gate asked for.";
  }
  const byDefault = org.definitions.defaultsAt(basisOf(entry)?.definition ?? -1).selfApproval;
  const written = pinnedChain(submitted, org.definitions)?.policies.map(
    ({ selfApproval }) => selfApproval ?? byDefault,
  );
  const rules = written === undefined || written.length === 0 ? [byDefault] : written;
  return rules.every((rule) => rule === "allow")
    ? null
    : "self approval is allowed although the pinned policy forbids it.";
};

/** The owner stands in the request so that nobody has to look it up again: it must be the directory's. */
const ownerFault = (
  entry: LogEntry,
  story: RequestStory,
  { requester, parent }: SubmittedFields,
): string | null => {
  // A child request has its parent's requester, whoever owns the agent by then.
  if (parent !== undefined) {
    return null;
  }
  const owner =
    requester.kind === "agent"
      ? (peopleBehind(story, entry).agent(requester.id)?.owner ?? null)
      : null;
  return requester.owner === owner
    ? null
    : `the request names ${requester.owner ?? "nobody"} as owner of ${requester.id}, the directory ${owner ?? "nobody"}.`;
};

const voteFault = (
  entry: LogEntry,
  story: RequestStory,
  vote: { readonly level: number; readonly votedBy: string; readonly onBehalfOf: string | null },
): string | null => {
  const { submitted } = story;
  if (submitted === null) {
    return null;
  }
  const { votedBy, onBehalfOf, level } = vote;
  if (entry.metadata.actor.kind === "agent" && votedBy === submitted.requester.id) {
    return `agent ${votedBy} votes on what it asked for itself.`;
  }
  const asker = [votedBy, onBehalfOf ?? votedBy].find((person) => isAsker(submitted, person));
  if (asker !== undefined && !submitted.selfApproval) {
    return `the vote of ${votedBy} counts for ${asker}, who asked for it or answers for the agent that did.`;
  }
  return story.levels.get(level)?.votes.has(votedBy) === true
    ? `${votedBy} votes a second time at level ${level} while the first vote stands.`
    : null;
};

/**
 * I4: the requester, the asking agent's owner and delegates acting for them never count, unless the pinned policy says
 * so; a person has one vote at a level, and counts in one AND group of it only.
 */
export const separation = (history: History): Violation[] => {
  const found: Violation[] = [];
  tellRequests(history, (entry, story) => {
    const event = requestEvent(entry);
    const add = (message: string | null): void => {
      if (message !== null) {
        found.push(violation("I4", entry, message));
      }
    };
    if (event.type === "RequestSubmitted") {
      add(selfApprovalFault(entry, story, event.data));
      add(ownerFault(entry, story, event.data));
    } else if (event.type === "VoteCast") {
      add(voteFault(entry, story, event.data));
    } else if (event.type === "LevelApproved" && event.data.by.kind !== "timer") {
      const level = story.levels.get(event.data.level);
      const pinned = levelPinned(story, event.data.level);
      const count =
        level === undefined || pinned === undefined
          ? null
          : countLevel(story, entry, level, pinned);
      if (count?.eachGroupMet === true && !count.distinctlyMet) {
        add(`level ${event.data.level} is approved with one person standing for two groups.`);
      }
    }
  });
  return found;
};
