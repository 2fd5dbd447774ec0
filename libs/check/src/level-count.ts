import type { SubmittedFields } from "@countersign/domain/request/events.ts";
import { answersIn, wanted } from "./eligibility.ts";
import type { LogEntry } from "./log-entry.ts";
import { agentRules, byHead, heads, isNoPerson, standsFor } from "./no-person.ts";
import { fillsEachGroup } from "./matching.ts";
import { isApart, isReplaced } from "./story-changes.ts";
import type { PinnedLevel } from "./pinned-chain.ts";
import {
  alternatesIn,
  answering,
  peopleBehind,
  staying,
  type LevelStory,
  type RequestStory,
} from "./request-story.ts";

/** How the votes of a level add up, counted here and not taken from anywhere. */
export interface LevelCount {
  /** Every group (AND) or one (OR) has enough approvals, each group looked at alone. */
  readonly eachGroupMet: boolean;
  /** The same with every person standing in one AND group only, where the policy wants that. */
  readonly distinctlyMet: boolean;
  /** A deny that alone denies the level stands. */
  readonly vetoed: boolean;
}

interface GroupCount {
  readonly needed: number;
  readonly approvals: ReadonlySet<string>;
  readonly vetoed: boolean;
}

const countGroup = (
  story: RequestStory,
  submitted: SubmittedFields,
  entry: LogEntry,
  level: LevelStory,
  pinned: PinnedLevel,
  index: number,
): GroupCount | null => {
  const plan = pinned.plan.groups[index];
  const record = level.groups[index];
  if (plan === undefined || record === undefined) {
    return null;
  }
  const people = peopleBehind(story, entry);
  const rules = agentRules(entry, people, story.org.definitions);
  const standing = staying(record, level);
  const everybody = answering(record, level);
  const beside = alternatesIn(standing, level).map(({ approver }) => approver);
  const approvals = new Set<string>();
  const stoodIn = new Set<string>();
  let answered = 0;
  let denied = false;
  for (const { vote, valid } of level.votes.values()) {
    const approver = vote.onBehalfOf ?? vote.votedBy;
    const counts =
      valid &&
      !isApart(story, pinned.number, approver) &&
      !isReplaced(level, record.group, approver) &&
      vote.payloadHash === story.payloadHash &&
      (isNoPerson(approver)
        ? standsFor(standing, submitted, rules, approver)
        : answersIn(plan, everybody, submitted, people, approver));
    if (counts && vote.decision === "approve" && approver.startsWith("agent ") && byHead(plan)) {
      continue;
    }
    if (counts && !beside.includes(approver)) {
      answered += 1;
    }
    if (counts && vote.decision === "approve") {
      (beside.includes(approver) ? stoodIn : approvals).add(vote.votedBy);
    } else if (counts) {
      denied = true;
    }
  }
  // Each alternate stands for one slot that nobody answered; where everybody left there is one to stand for.
  const free = Math.max(1, heads(standing)) - answered;
  [...stoodIn].slice(0, Math.max(0, free)).forEach((voter) => approvals.add(voter));
  const vetoed = denied && (pinned.plan.onDeny === "veto" || plan.quorum.required === "all");
  return { needed: wanted(plan, heads(standing)), approvals, vetoed };
};

/** Counts a level as it stood before `entry`, by the people whom that decision had read. */
export const countLevel = (
  story: RequestStory,
  entry: LogEntry,
  level: LevelStory,
  pinned: PinnedLevel,
): LevelCount => {
  const { submitted } = story;
  const nothing = { eachGroupMet: false, distinctlyMet: false, vetoed: false };
  if (submitted === null || level.groups.length !== pinned.plan.groups.length) {
    return nothing;
  }
  const groups: GroupCount[] = [];
  for (const index of pinned.plan.groups.keys()) {
    const group = countGroup(story, submitted, entry, level, pinned, index);
    if (group === null) {
      return nothing;
    }
    groups.push(group);
  }
  const met = ({ needed, approvals }: GroupCount): boolean => approvals.size >= needed;
  if (pinned.plan.logic === "OR") {
    const one = groups.some((group) => met(group) && !group.vetoed);
    return {
      eachGroupMet: one,
      distinctlyMet: one,
      vetoed: groups.every(({ vetoed }) => vetoed),
    };
  }
  const each = groups.length > 0 && groups.every(met);
  const once = pinned.plan.distinctApprovers
    ? fillsEachGroup(
        groups.map(({ needed }) => needed),
        groups.map(({ approvals }) => approvals),
      )
    : true;
  return {
    eachGroupMet: each,
    distinctlyMet: each && once,
    vetoed: groups.some(({ vetoed }) => vetoed),
  };
};
