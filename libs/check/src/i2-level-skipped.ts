import { judgeCondition, type Guard } from "./conditions.ts";
import { expectedRecord, wanted } from "./eligibility.ts";
import { orderFault } from "./i2-order.ts";
import type { LogEntry } from "./log-entry.ts";
import { fillsEachGroup } from "./matching.ts";
import type { PinnedLevel } from "./pinned-chain.ts";
import { requestFacts } from "./request-facts.ts";
import { levelPinned, peopleBehind, type RequestStory } from "./request-story.ts";

/** True when the people there are cannot reach the level's quorums. */
const lacksPeople = (entry: LogEntry, story: RequestStory, { plan }: PinnedLevel): boolean => {
  const { submitted } = story;
  if (submitted === null) {
    return false;
  }
  const people = peopleBehind(story, entry);
  const groups = plan.groups.map((group) => {
    const { people: recorded, pools, turns } = expectedRecord(group, submitted, people);
    const members = [...pools, ...turns].flatMap((role) => people.votersOf(role));
    const able = new Set([...recorded, ...members]);
    return { able, needed: wanted(group, recorded.size) };
  });
  const reachable = groups.map(({ able, needed }) => able.size >= needed);
  if (plan.logic === "OR") {
    return !reachable.includes(true);
  }
  const together =
    !plan.distinctApprovers ||
    fillsEachGroup(
      groups.map(({ needed }) => needed),
      groups.map(({ able }) => able),
    );
  return reachable.includes(false) || !together;
};

/** Why a level may not be skipped: its condition is not false on the frozen facts, nor is it one that may be empty. */
export const skipFault = (
  entry: LogEntry,
  story: RequestStory,
  number: number,
  guard: Guard | null,
): string | null => {
  const order = orderFault(story, number);
  const pinned = levelPinned(story, number);
  const { submitted } = story;
  if (order !== null || pinned === undefined || submitted === null) {
    return order ?? `level ${number} is skipped in a request that was not submitted.`;
  }
  const status = story.levels.get(number)?.status;
  if (status !== undefined && status !== "open") {
    return `level ${number} is skipped after it was ${status}.`;
  }
  const { conditions, onEmpty } = pinned.plan;
  const applies =
    conditions === null ||
    judgeCondition(conditions, requestFacts(submitted), guard, "false") !== "false";
  if (!applies || (onEmpty === "skip" && lacksPeople(entry, story, pinned))) {
    return null;
  }
  return conditions === null
    ? `level ${number} is skipped although it always applies.`
    : `level ${number} is skipped although its conditions are not false on the frozen facts.`;
};
