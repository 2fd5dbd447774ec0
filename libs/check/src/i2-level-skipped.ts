import type { GroupPlan } from "@countersign/domain/policy/policy.ts";
import type { SubmittedFields } from "@countersign/domain/request/events.ts";
import { judgeCondition, type Guard } from "./conditions.ts";
import type { People } from "./directory-history.ts";
import { expectedRecord, mayDecide, stillThere, wanted } from "./eligibility.ts";
import { heads } from "./no-person.ts";
import { orderFault } from "./i2-order.ts";
import type { LogEntry } from "./log-entry.ts";
import { fillsEachGroup } from "./matching.ts";
import type { PinnedLevel } from "./pinned-chain.ts";
import { requestFacts } from "./request-facts.ts";
import {
  levelPinned,
  peopleBehind,
  staying,
  type LevelStory,
  type RequestStory,
} from "./request-story.ts";

interface Able {
  readonly able: ReadonlySet<string>;
  readonly needed: number;
}

/** Who could answer in a group: whom an open level recorded and who is still there, else whom it would record now. */
const ableIn = (
  plan: GroupPlan,
  submitted: SubmittedFields,
  people: People,
  level: LevelStory | undefined,
): Able => {
  const expected = expectedRecord(plan, submitted, people);
  const record = level?.groups.find(({ group }) => group === plan.group);
  const slots =
    record === undefined || level === undefined ? undefined : staying(record, level).slots;
  const members = [...expected.pools, ...(slots === undefined ? expected.turns : [])]
    .flatMap((role) => people.votersOf(role))
    .filter((member) => mayDecide(submitted, people, member));
  const named =
    slots === undefined
      ? expected.people
      : slots.filter((slot) => stillThere(slot, submitted, people)).map(({ approver }) => approver);
  const counted = slots === undefined ? expected.people.size : heads({ slots });
  return { able: new Set([...named, ...members]), needed: wanted(plan, counted) };
};

/** True when the people there are cannot reach the level's quorums. */
const lacksPeople = (
  entry: LogEntry,
  story: RequestStory,
  { plan, number }: PinnedLevel,
): boolean => {
  const { submitted } = story;
  if (submitted === null) {
    return false;
  }
  const people = peopleBehind(story, entry);
  const level = story.levels.get(number);
  const groups = plan.groups.map((group) => ableIn(group, submitted, people, level));
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

/** A fallback that was not needed, on the way to levels that an edit added behind it. */
const isPassedOver = (story: RequestStory, { fallback, number }: PinnedLevel): boolean => {
  const { chain, levels } = story;
  const before = chain?.levels.slice(0, number - 1) ?? [];
  return (
    fallback &&
    chain?.levels.slice(number).some((later) => !later.fallback) === true &&
    before.every((each) => {
      const status = levels.get(each.number)?.status;
      return status === "approved" || status === "skipped";
    }) &&
    before.some((each) => levels.get(each.number)?.status === "approved")
  );
};

/** Why a level may not be skipped: its condition is not false on the frozen facts, nor is it one that may be empty. */
export const skipFault = (
  entry: LogEntry,
  story: RequestStory,
  number: number,
  guard: Guard | null,
): string | null => {
  const pinned = levelPinned(story, number);
  if (pinned !== undefined && isPassedOver(story, pinned)) {
    return null;
  }
  const order = orderFault(story, number);
  const { submitted } = story;
  if (order !== null || pinned === undefined || submitted === null) {
    return order ?? `level ${number} is skipped in a request that was not submitted.`;
  }
  const status = story.levels.get(number)?.status;
  if (story.changes.skipped.has(number)) {
    return null;
  }
  const isEdited = status === "approved" && story.changes.edit !== null;
  if (status !== undefined && status !== "open" && !isEdited) {
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
