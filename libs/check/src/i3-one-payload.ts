import type { RequestEvent } from "@countersign/domain/request/events.ts";
import type { History } from "./history.ts";
import { violation, type LogEntry, type Violation } from "./log-entry.ts";
import { requestEvent, tellRequests, type RequestStory } from "./request-story.ts";

type Modified = Extract<RequestEvent, { type: "PayloadModified" }>["data"];

/** Why an edit is none: the version is not the next, the payload is not another, or its level is not open. */
const editFault = (story: RequestStory, { hash, version, level }: Modified): string | null => {
  if (version !== story.changes.version + 1) {
    return `payload version ${version} follows version ${story.changes.version}.`;
  }
  if (hash === story.payloadHash) {
    return `payload version ${version} has the hash of the one before.`;
  }
  if (story.submitted?.topic !== null) {
    return "the payload of a transition's request is edited.";
  }
  return story.levels.get(level)?.status === "open"
    ? null
    : `the payload is edited at level ${level}, which is not open.`;
};

/** Approvals may outlive an edit only where every pinned policy says so, and then only those of levels that are over. */
const keepsApprovals = ({ chain }: RequestStory): boolean =>
  chain !== null &&
  chain.policies.length > 0 &&
  chain.policies.every(({ reapproval }) => reapproval === "not_required");

/** A vote for another payload than the present one that still stands when a level or the request is approved. */
const staleVote = (story: RequestStory): string | null => {
  for (const [number, { status, votes }] of story.levels) {
    if (status === "skipped" || (status === "approved" && keepsApprovals(story))) {
      continue;
    }
    for (const { vote } of votes.values()) {
      if (vote.payloadHash !== story.payloadHash) {
        return `the vote of ${vote.votedBy} at level ${number} is for another payload and stands.`;
      }
    }
  }
  return null;
};

/** An approval of a level whose voters never saw the payload it is approved with. */
const unasked = (story: RequestStory): string | null => {
  if (story.changes.edit === null || keepsApprovals(story) || story.glassBrokenBy !== null) {
    return null;
  }
  for (const [number, { status, votes, timerVersion }] of story.levels) {
    const byTimer = timerVersion === story.changes.version;
    if (status === "approved" && votes.size === 0 && !byTimer) {
      return `level ${number} was approved before the payload changed, and was not asked again.`;
    }
  }
  return null;
};

/** I3: one payload hash through vote, approval, grant and execution; an edit starts a version and voids what it changed. */
export const onePayload = (history: History): Violation[] => {
  const found: Violation[] = [];
  tellRequests(history, (entry: LogEntry, story) => {
    const event = requestEvent(entry);
    const add = (message: string | null): void => {
      if (message !== null) {
        found.push(violation("I3", entry, message));
      }
    };
    const sameHash = (hash: string): void => {
      if (hash !== story.payloadHash) {
        add(`${entry.type} is about payload ${hash}, while ${story.payloadHash} is current.`);
      }
    };
    switch (event.type) {
      case "PayloadModified":
        add(editFault(story, event.data));
        break;
      case "VoteCast":
      case "GlassBroken":
      case "GrantConsumed":
      case "ExecutionReported":
        sameHash(event.data.payloadHash);
        break;
      case "LevelApproved":
        add(staleVote(story));
        break;
      case "RequestApproved":
        sameHash(event.data.payloadHash);
        add(
          event.data.payloadVersion === story.changes.version
            ? null
            : `version ${event.data.payloadVersion} is approved, while ${story.changes.version} is current.`,
        );
        add(staleVote(story) ?? unasked(story));
        break;
      default:
        break;
    }
  });
  return found;
};
