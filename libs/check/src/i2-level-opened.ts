import type { GroupPlan } from "@countersign/domain/policy/policy.ts";
import type { GroupRecord, SubmittedFields } from "@countersign/domain/request/events.ts";
import type { People } from "./directory-history.ts";
import { expectedRecord, isAsker, wanted } from "./eligibility.ts";
import { agentRules, heads, noPersonFault } from "./no-person.ts";
import { isExplained } from "./i2-recorded-anew.ts";
import { orderFault } from "./i2-order.ts";
import type { LogEntry } from "./log-entry.ts";
import {
  levelPinned,
  peopleBehind,
  staying,
  type LevelStory,
  type RequestStory,
} from "./request-story.ts";

const sameSet = (a: Iterable<string>, b: Iterable<string>): boolean => {
  const [one, other] = [new Set(a), new Set(b)];
  return one.size === other.size && [...one].every((each) => other.has(each));
};

const isNamed = ({ via: { type } }: GroupRecord["slots"][number]): boolean =>
  type === "user" || type === "role";

const recordFault = (
  plan: GroupPlan,
  record: GroupRecord,
  submitted: SubmittedFields,
  people: People,
  apart: string | null,
): string | null => {
  const wanting = expectedRecord(plan, submitted, people);
  const inTurn = record.slots.filter(({ via }) => via.type === "round_robin");
  // Whose turn it is has one slot in the group, also when a role or a name would give them another.
  const elsewhere = new Set([apart, ...inTurn.map(({ approver }) => approver)]);
  const expected = {
    ...wanting,
    people: new Set([...wanting.people].filter((person) => !elsewhere.has(person))),
  };
  const named = record.slots.filter(isNamed);
  if (record.group !== plan.group) {
    return `records group ${record.group} where the policy has ${plan.group}.`;
  }
  if (!sameSet(record.pools, expected.pools)) {
    return `lets ${record.pools.join(", ") || "no role"} answer for group ${plan.group}, which is not what the policy says.`;
  }
  const recorded = named.map(({ approver }) => approver);
  if (!sameSet(recorded, expected.people) || recorded.length !== expected.people.size) {
    return `records other people for group ${plan.group} than the policy and the directory give.`;
  }
  const wrongTurn = inTurn.some(
    ({ approver, via }) =>
      !expected.turns.includes(via.identifier) ||
      !people.mayVote(approver) ||
      !people.inRole(approver, via.identifier) ||
      (isAsker(submitted, approver) && !submitted.selfApproval),
  );
  if (wrongTurn || inTurn.length > expected.turns.length) {
    return `gives a turn in group ${plan.group} to somebody whose turn it cannot be.`;
  }
  const bar = wanted(plan, heads(record));
  return record.needed === bar
    ? null
    : `wants ${record.needed} approvals of group ${plan.group}, where the policy wants ${bar}.`;
};

/** True for a group that an open level records again as it was: without those who left, the bar that of the others. */
const isKept = (plan: GroupPlan, record: GroupRecord, level: LevelStory | undefined): boolean => {
  const before = level?.groups.find(({ group }) => group === record.group);
  const stayed =
    before === undefined || level === undefined ? undefined : staying(before, level).slots;
  return (
    before !== undefined &&
    stayed !== undefined &&
    record.group === plan.group &&
    sameSet(record.pools, before.pools) &&
    record.slots.length === stayed.length &&
    sameSet(
      record.slots.map(({ approver }) => approver),
      stayed.map(({ approver }) => approver),
    ) &&
    record.needed === wanted(plan, heads({ slots: stayed }))
  );
};

/** What is wrong with a level's opening: its order, and the people and quorums it recorded. */
export const openingFaults = (
  entry: LogEntry,
  story: RequestStory,
  data: { readonly level: number; readonly groups: readonly GroupRecord[] },
): string[] => {
  const { level, groups } = data;
  const order = orderFault(story, level);
  const plan = levelPinned(story, level)?.plan;
  const { submitted } = story;
  if (order !== null || plan === undefined || submitted === null) {
    return [order ?? `level ${level} opens in a request that was not submitted.`];
  }
  const before = story.levels.get(level);
  const isAgain = entry.type === "LevelReopened" || before?.status === "skipped";
  if (before !== undefined && before.status !== "open" && !isAgain) {
    return [`level ${level} opens again after it was ${before.status}.`];
  }
  if (isAgain && story.changes.version === 1 && story.changes.added.length === 0) {
    return [`level ${level} opens again although nothing was changed.`];
  }
  const { edit } = story.changes;
  const apart = edit === null || edit.level === level ? null : edit.editor;
  if (groups.length !== plan.groups.length) {
    return [`level ${level} opens with ${groups.length} groups of ${plan.groups.length}.`];
  }
  const people = peopleBehind(story, entry);
  const rules = agentRules(entry, people, story.org.definitions);
  return plan.groups.flatMap((group, index) => {
    const record = groups[index];
    const fault =
      record === undefined ||
      isKept(group, record, before) ||
      isExplained(entry, story, level, group, record, before, submitted, people)
        ? null
        : (recordFault(group, record, submitted, people, apart) ??
          noPersonFault(plan, group, record, submitted, rules));
    return fault === null ? [] : [`level ${level} ${fault}`];
  });
};
