import type { RequestEvent } from "@countersign/domain/request/events.ts";
import { isAsker } from "./eligibility.ts";
import type { History } from "./history.ts";
import { levelCount } from "./i2-level-approved.ts";
import { openingFaults } from "./i2-level-opened.ts";
import { skipFault } from "./i2-level-skipped.ts";
import { timerMayApprove } from "./i2-timer.ts";
import { voidFault } from "./i2-slot-voided.ts";
import { basisOf, violation, type LogEntry, type Violation } from "./log-entry.ts";
import { peopleBehind, requestEvent, tellRequests, type RequestStory } from "./request-story.ts";

type Approved = Extract<RequestEvent, { type: "RequestApproved" }>["data"];

/** Events whose decision looked at people and policies. */
const decided = new Set([
  "RequestSubmitted",
  "LevelOpened",
  "LevelReopened",
  "RequestReassigned",
  "ChainAmended",
  "GlassBroken",
  "LevelSkipped",
  "VoteCast",
  "SlotVoided",
  "LevelApproved",
  "RequestApproved",
]);

/** A decision says what it read, and cannot have read what was not yet there. */
const basisFault = (entry: LogEntry, { org }: RequestStory): string | null => {
  const basis = basisOf(entry);
  if (basis === null) {
    return `${entry.type} does not say which directory and definitions it was decided by.`;
  }
  const ahead = (revision: number, position: bigint | undefined): boolean =>
    revision >= 0 && (position === undefined || position > entry.position);
  return ahead(basis.directory, org.directory.positionOf(basis.directory)) ||
    ahead(basis.definition, org.definitions.positionOf(basis.definition))
    ? `${entry.type} was decided by a directory or definitions that were not there yet.`
    : null;
};

const glassBroken = (story: RequestStory): boolean => {
  const { glassBrokenBy: entry, submitted } = story;
  if (entry === null || submitted === null) {
    return false;
  }
  const { id, kind } = entry.metadata.actor;
  return (
    kind === "person" &&
    peopleBehind(story, entry).inRole(id, "break_glass") &&
    !isAsker(submitted, id) &&
    story.changes.edit?.editor !== id
  );
};

const approvalFault = (entry: LogEntry, story: RequestStory, data: Approved): string | null => {
  const { chain, submitted, levels } = story;
  if (submitted === null || chain === null) {
    return "approved, although its policy was never imported.";
  }
  if (glassBroken(story)) {
    return null;
  }
  if (data.by.kind === "timer") {
    const open = chain.levels.find(({ number }) => levels.get(number)?.status === "open");
    return timerMayApprove(entry, story, open ?? null)
      ? null
      : "approved by a timer that its policy does not allow.";
  }
  const status = (number: number) => levels.get(number)?.status;
  const regular = chain.levels.filter(({ fallback }) => !fallback);
  const unfinished = regular.find(
    ({ number }) => status(number) !== "approved" && status(number) !== "skipped",
  );
  if (unfinished !== undefined) {
    return `approved while level ${unfinished.number} is ${status(unfinished.number) ?? "waiting"}.`;
  }
  if (regular.some(({ number }) => status(number) === "approved")) {
    return null;
  }
  const fallbacks = chain.levels.filter(({ fallback }) => fallback);
  if (fallbacks.some(({ number }) => status(number) === "open" || status(number) === "denied")) {
    return "approved while its fallback level is not.";
  }
  if (fallbacks.some(({ number }) => status(number) === "approved")) {
    return null;
  }
  const lets =
    chain.policies.length > 0 &&
    chain.policies.every(({ onAllSkipped }) => onAllSkipped === "approve") &&
    fallbacks.every(({ number }) => status(number) === "skipped");
  if (!lets) {
    return "approved with every level skipped, which its policy does not allow.";
  }
  return submitted.escalated
    ? "approved without any decision, although a gate had asked for one."
    : null;
};

/**
 * I2: every approval follows from its pinned policy and the votes before it: levels in order, groups met by distinct
 * eligible persons, approver sets not empty; or a timer that the policy allows, or `on_all_skipped: approve`, or a
 * member of `break_glass`. What a level recorded, skipped and voided on the way is recomputed too, because an approval
 * stands on it.
 */
export const approvalFollows = (history: History): Violation[] => {
  const found: Violation[] = [];
  tellRequests(history, (entry, story) => {
    const event = requestEvent(entry);
    const add = (message: string | null): void => {
      if (message !== null) {
        found.push(violation("I2", entry, message));
      }
    };
    if (decided.has(entry.type)) {
      add(basisFault(entry, story));
    }
    switch (event.type) {
      case "LevelOpened":
      case "LevelReopened":
        openingFaults(entry, story, event.data).forEach(add);
        break;
      case "LevelSkipped":
        add(skipFault(entry, story, event.data.level, history.guard));
        break;
      case "SlotVoided":
        add(voidFault(entry, story, event.data));
        break;
      case "LevelApproved":
        add(levelCount(entry, story, event.data));
        break;
      case "RequestApproved":
        add(approvalFault(entry, story, event.data));
        break;
      default:
        break;
    }
  });
  return found;
};
