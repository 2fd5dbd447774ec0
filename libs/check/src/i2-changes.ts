import type { ChangeEvent } from "@countersign/domain/request/change-events.ts";
import { isAsker } from "./eligibility.ts";
import type { History } from "./history.ts";
import { violation, type LogEntry, type Violation } from "./log-entry.ts";
import { levelPinned, peopleBehind, tellRequests, type RequestStory } from "./request-story.ts";

type Of<T extends ChangeEvent["type"]> = Extract<ChangeEvent, { type: T }>["data"];

/** Extensions of one request, and how far ahead of the moment one may reach. */
const MOST_EXTENSIONS = 3;
const MOST_AHEAD_MS = 30 * 86_400_000;

/** True for a person who did this without having asked for the request or owning the agent that did. */
const isDisinterested = (entry: LogEntry, { submitted }: RequestStory): boolean => {
  const { kind, id } = entry.metadata.actor;
  return kind === "person" && submitted !== null && !isAsker(submitted, id);
};

/** True for an agent that is named as decider of a level that is open, and is not the one that asked. */
const isNamedAgent = (entry: LogEntry, story: RequestStory): boolean => {
  const { kind, id } = entry.metadata.actor;
  const { submitted, levels } = story;
  if (kind !== "agent" || submitted === null) return false;
  if (submitted.requester.kind === "agent" && submitted.requester.id === id) return false;
  return [...levels].some(
    ([number, { status }]) =>
      status === "open" && levelPinned(story, number)?.plan.deciders.includes(id) === true,
  );
};

const byAdmin = (entry: LogEntry, story: RequestStory): boolean =>
  isDisinterested(entry, story) && peopleBehind(story, entry).isAdmin(entry.metadata.actor.id);

const amendFault = (
  entry: LogEntry,
  story: RequestStory,
  { skipLevels, recipe }: Of<"ChainAmended">,
): string | null => {
  // What recipes may amend is held against their runs.
  if (recipe === undefined && !byAdmin(entry, story)) {
    return "the chain is amended by somebody who is no admin, or who asked for the request.";
  }
  const bad = skipLevels.find((number) => {
    const status = story.levels.get(number)?.status;
    const plan = levelPinned(story, number)?.plan;
    return plan === undefined || plan.unskippable || (status !== undefined && status !== "skipped");
  });
  return bad === undefined
    ? null
    : `level ${bad} is taken out although it was reached, or may not be skipped.`;
};

const reassignFault = (
  entry: LogEntry,
  story: RequestStory,
  { level, cancelled, recipe, timer }: Of<"RequestReassigned">,
): string | null => {
  if (story.levels.get(level)?.status !== "open") {
    return `slots of level ${level} are given to others although it is not open.`;
  }
  const mayGive = isDisinterested(entry, story) || isNamedAgent(entry, story);
  if (recipe === undefined && timer === undefined && !mayGive) {
    return "slots are given to others by somebody who asked for the request.";
  }
  const votes = story.levels.get(level)?.votes ?? new Map<string, never>();
  const voted = cancelled.find(({ slot }) => votes.has(slot.approver));
  return voted === undefined
    ? null
    : `the slot of ${voted.slot.approver}, who has voted, is given to others.`;
};

const extendFault = (
  entry: LogEntry,
  story: RequestStory,
  { expiresAt, before }: Of<"ExpiryExtended">,
  count: number,
): string | null => {
  const { actor } = entry.metadata;
  const followsParent = actor.kind === "system" && story.submitted?.parent !== undefined;
  if (!followsParent && !isDisinterested(entry, story) && !isNamedAgent(entry, story)) {
    return "the expiry is extended by somebody who asked for the request.";
  }
  if (count > MOST_EXTENSIONS) {
    return `the expiry is extended a ${count}th time.`;
  }
  const ahead = Date.parse(expiresAt) - Date.parse(entry.metadata.occurredAt);
  return Date.parse(expiresAt) > Date.parse(before) && ahead <= MOST_AHEAD_MS
    ? null
    : `the expiry is extended from ${before} to ${expiresAt}.`;
};

/** I2, what people change: who may amend, reassign and extend, and what each must leave alone. Glass: with approvals. */
export const changesFollow = (history: History): Violation[] => {
  const found: Violation[] = [];
  const extensions = new Map<string, number>();
  tellRequests(history, (entry, story) => {
    const event = { type: entry.type, data: entry.data } as ChangeEvent;
    const add = (message: string | null): void => {
      if (message !== null) {
        found.push(violation("I2", entry, message));
      }
    };
    switch (event.type) {
      case "ChainAmended":
        add(amendFault(entry, story, event.data));
        break;
      case "RequestReassigned":
        add(reassignFault(entry, story, event.data));
        break;
      case "ExpiryExtended": {
        const count = (extensions.get(entry.stream) ?? 0) + 1;
        extensions.set(entry.stream, count);
        add(extendFault(entry, story, event.data, count));
        break;
      }
      default:
        break;
    }
  });
  return found;
};
