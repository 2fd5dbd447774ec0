import type { AddedApprovers, ChangeEvent } from "@countersign/domain/request/change-events.ts";
import { withLater, type PinnedChain } from "./pinned-chain.ts";
import type { LevelStory, RequestStory, StandingVote } from "./request-story.ts";

type Reassigned = Extract<ChangeEvent, { type: "RequestReassigned" }>["data"];

/** What people changed about a request, as the log has told of it so far. */
export interface StoryChanges {
  version: number;
  /** Who edited the current payload version, and where they count. */
  edit: { readonly editor: string; readonly level: number } | null;
  /** The editor's vote while the edited level waits. */
  heldVote: StandingVote | null;
  /** Levels that an admin took out before they were reached. */
  readonly skipped: Set<number>;
  added: readonly AddedApprovers[];
  /** The last reassignment, with the command that made it: it explains the next recording of the level. */
  reassigned: { readonly commandId: string; readonly data: Reassigned } | null;
}

export const noChanges = (): StoryChanges => ({
  version: 1,
  edit: null,
  heldVote: null,
  skipped: new Set(),
  added: [],
  reassigned: null,
});

/** True for whoever edited the current payload at another level: they have no say at this one. */
export const isApart = ({ changes }: RequestStory, level: number, person: string): boolean =>
  changes.edit !== null && changes.edit.level !== level && changes.edit.editor === person;

/** True when a slot of this group was taken from the person, and not given back. */
export const isReplaced = (level: LevelStory, group: string, person: string): boolean =>
  level.cancelled?.has(`${group}/${person}`) === true;

/** The editor's vote goes with the edited level, wherever the chain stands. */
const holdEditorsVote = (story: RequestStory): void => {
  const { changes, levels } = story;
  if (changes.edit === null) {
    return;
  }
  const standing = levels.get(changes.edit.level)?.votes.get(changes.edit.editor);
  changes.heldVote = standing ?? changes.heldVote;
};

/** A level begins: those after it wait again, and the editor's vote stands at the level of the edit. */
export const beginLevel = (
  story: RequestStory,
  number: number,
  groups: LevelStory["groups"],
): void => {
  const { changes, levels } = story;
  holdEditorsVote(story);
  for (const later of [...levels.keys()]) {
    if (later >= number) {
      levels.delete(later);
    }
  }
  const votes = new Map<string, StandingVote>();
  if (changes.edit?.level === number && changes.heldVote !== null) {
    votes.set(changes.edit.editor, changes.heldVote);
    changes.heldVote = null;
  }
  levels.set(number, { status: "open", groups, votes, voided: new Set(), cancelled: new Set() });
};

/** An open level is recorded again: whoever holds a slot there now is replaced no more. */
export const recordAgain = (level: LevelStory, groups: LevelStory["groups"]): void => {
  level.groups = groups;
  level.voided.clear();
  for (const { group, slots } of groups) {
    for (const { approver } of slots) {
      level.cancelled?.delete(`${group}/${approver}`);
    }
  }
};

/** The chain with the approvers whom an admin added to its levels. */
const withAdded = (chain: PinnedChain, added: readonly AddedApprovers[]): PinnedChain => ({
  ...chain,
  levels: chain.levels.map((pinned) => ({
    ...pinned,
    plan: {
      ...pinned.plan,
      groups: pinned.plan.groups.map((group) => ({
        ...group,
        assignments: [
          ...group.assignments,
          ...added
            .filter((each) => each.level === pinned.number && each.group === group.group)
            .flatMap(({ approvers }) => approvers),
        ],
      })),
    },
  })),
});

/** Takes a change into the story; what is none is passed over. */
export const tellChange = (story: RequestStory, event: ChangeEvent, commandId: string): void => {
  const { changes, levels } = story;
  switch (event.type) {
    case "PayloadModified": {
      const { payload, hash, version, editor, level } = event.data;
      if (story.submitted !== null) {
        const action = { ...story.submitted.action, parameters: payload };
        story.submitted = { ...story.submitted, action };
      }
      const { gates } = event.data;
      if (gates !== undefined && story.submitted !== null) {
        story.submitted = { ...story.submitted, escalated: true, selfApproval: false };
        const { policies, gatePolicies } = gates;
        story.chain =
          story.chain === null
            ? null
            : withLater(story.chain, policies, gatePolicies, story.org.definitions);
      }
      story.payloadHash = hash;
      changes.version = version;
      changes.edit = { editor, level };
      break;
    }
    case "VotesVoided":
      for (const { level, votedBy } of event.data.votes) {
        levels.get(level)?.votes.delete(votedBy);
        if (changes.heldVote?.vote.level === level && changes.heldVote.vote.votedBy === votedBy) {
          changes.heldVote = null;
        }
      }
      break;
    case "LevelReopened":
      beginLevel(story, event.data.level, event.data.groups);
      break;
    case "RequestReassigned": {
      changes.reassigned = { commandId, data: event.data };
      const cancelled = levels.get(event.data.level)?.cancelled;
      for (const { group, slot } of event.data.cancelled) {
        cancelled?.add(`${group}/${slot.approver}`);
      }
      break;
    }
    case "ChainAmended":
      event.data.skipLevels.forEach((level) => changes.skipped.add(level));
      changes.added = [...changes.added, ...event.data.addApprovers];
      story.chain = story.chain === null ? null : withAdded(story.chain, event.data.addApprovers);
      break;
    default:
      break;
  }
};
