import type {
  GroupRecord,
  RequestEvent,
  SubmittedFields,
} from "@countersign/domain/request/events.ts";
import type { ChangeEvent } from "@countersign/domain/request/change-events.ts";
import { answersIn } from "./eligibility.ts";
import { agentRules, isNoPerson, standsFor } from "./no-person.ts";
import type { History, OrgHistory } from "./history.ts";
import { basisOf, type LogEntry } from "./log-entry.ts";
import { tellEscalation } from "./story-escalations.ts";
import {
  beginLevel,
  isApart,
  isReplaced,
  noChanges,
  recordAgain,
  tellChange,
  type StoryChanges,
} from "./story-changes.ts";
import { pinnedChain, type PinnedChain, type PinnedLevel } from "./pinned-chain.ts";

type VoteCast = Extract<RequestEvent, { type: "VoteCast" }>["data"];

/** A vote that stands. It was valid when its level was open and its voter belonged to a group of it. */
export interface StandingVote {
  readonly vote: VoteCast;
  readonly valid: boolean;
}

/** A level as the log has told of it so far. */
export interface LevelStory {
  status: "open" | "approved" | "denied" | "skipped";
  groups: readonly GroupRecord[];
  /** By voter. */
  readonly votes: Map<string, StandingVote>;
  /** `<group>/<approver>` of slots whose people left. */
  readonly voided: Set<string>;
  /** `<group>/<approver>` of slots that went to others; absent for levels that never opened. */
  readonly cancelled?: Set<string>;
  /** By group: people who were escalated to where heads are counted. Absent for none. */
  alternates?: ReadonlyMap<string, GroupRecord["slots"]>;
  /** Payload version under which a timer approved it; absent where people did. */
  timerVersion?: number;
}

/** A request as the log has told of it so far. */
export interface RequestStory {
  readonly org: OrgHistory;
  submitted: SubmittedFields | null;
  chain: PinnedChain | null;
  payloadHash: string;
  readonly levels: Map<number, LevelStory>;
  /** A member of `break_glass` acted without quorum. */
  glassBrokenBy: LogEntry | null;
  readonly changes: StoryChanges;
}

export const levelPinned = (story: RequestStory, level: number): PinnedLevel | undefined =>
  story.chain?.levels[level - 1];

/** A group's record without the slots that were voided since. */
export const staying = (record: GroupRecord, { voided }: LevelStory): GroupRecord => ({
  ...record,
  slots: record.slots.filter(({ approver }) => !voided.has(`${record.group}/${approver}`)),
});

/** Alternates of a group who hold no slot of their own in it. */
export const alternatesIn = (
  record: GroupRecord,
  { alternates }: LevelStory,
): GroupRecord["slots"] =>
  (alternates?.get(record.group) ?? []).filter(
    ({ approver }) => !record.slots.some((slot) => slot.approver === approver),
  );

/** A group's record with everybody who may answer in it, alternates too. */
export const answering = (record: GroupRecord, level: LevelStory): GroupRecord => {
  const standing = staying(record, level);
  return { ...standing, slots: [...standing.slots, ...alternatesIn(standing, level)] };
};

/** People as the decision behind an event saw them; nobody when it does not say what it read. */
export const peopleBehind = ({ org }: RequestStory, entry: LogEntry) =>
  org.directory.at(basisOf(entry)?.directory ?? -1);

/** An entry of a request's stream as the event it is. Later kinds of events are passed over by whoever reads it. */
export const requestEvent = ({ type, data }: LogEntry): RequestEvent =>
  ({ type, data }) as RequestEvent;

const isValid = (story: RequestStory, entry: LogEntry, vote: VoteCast): boolean => {
  const level = story.levels.get(vote.level);
  const plan = levelPinned(story, vote.level)?.plan;
  const { submitted } = story;
  if (level?.status !== "open" || plan === undefined || submitted === null) {
    return false;
  }
  const people = peopleBehind(story, entry);
  const rules = agentRules(entry, people, story.org.definitions);
  const approver = vote.onBehalfOf ?? vote.votedBy;
  if (isApart(story, vote.level, approver) || isApart(story, vote.level, vote.votedBy)) {
    return false;
  }
  return level.groups.some((record, index) => {
    const group = plan.groups[index];
    if (isReplaced(level, record.group, approver)) {
      return false;
    }
    const standing = answering(record, level);
    if (isNoPerson(approver)) {
      return standsFor(standing, submitted, rules, approver);
    }
    return group !== undefined && answersIn(group, standing, submitted, people, approver);
  });
};

/** A leaver's vote goes with the last slot it could have been given for; a role's members of the day may come back. */
const voidSlot = (level: LevelStory | undefined, group: string, approver: string): void => {
  if (level === undefined) {
    return;
  }
  level.voided.add(`${group}/${approver}`);
  const elsewhere = level.groups.some(
    (record) =>
      record.pools.length > 0 ||
      staying(record, level).slots.some((slot) => slot.approver === approver),
  );
  for (const [voter, { vote }] of level.votes) {
    if (!elsewhere && (vote.onBehalfOf ?? voter) === approver) {
      level.votes.delete(voter);
    }
  }
};

const tell = (story: RequestStory, entry: LogEntry): void => {
  const event = requestEvent(entry);
  tellChange(story, event as ChangeEvent, entry.metadata.commandId);
  if (entry.type === "GlassBroken") {
    story.glassBrokenBy = entry;
  }
  switch (event.type) {
    case "RequestSubmitted":
      story.submitted = event.data;
      story.chain = pinnedChain(event.data, story.org.definitions);
      story.payloadHash = event.data.payloadHash;
      break;
    case "LevelOpened": {
      const { level, groups } = event.data;
      const before = story.levels.get(level);
      if (before?.status === "open") {
        recordAgain(before, groups);
      } else {
        beginLevel(story, level, groups);
      }
      break;
    }
    case "LevelSkipped":
      story.levels.set(event.data.level, {
        status: "skipped",
        groups: [],
        votes: new Map(),
        voided: new Set(),
      });
      break;
    case "RequestEscalated":
      tellEscalation(story.levels.get(event.data.openLevel ?? 0), event.data.groups);
      break;
    case "VoteCast": {
      const valid = isValid(story, entry, event.data);
      const level = story.levels.get(event.data.level);
      level?.votes.set(event.data.votedBy, { vote: event.data, valid });
      break;
    }
    case "VoteWithdrawn":
      if (story.changes.heldVote?.vote.votedBy === event.data.votedBy) {
        story.changes.heldVote = null;
      }
      story.levels.get(event.data.level)?.votes.delete(event.data.votedBy);
      break;
    case "SlotVoided":
      voidSlot(story.levels.get(event.data.level), event.data.group, event.data.approver);
      break;
    case "LevelApproved":
    case "LevelDenied": {
      const level = story.levels.get(event.data.level);
      if (level !== undefined) {
        level.status = event.type === "LevelApproved" ? "approved" : "denied";
        if (event.data.by.kind === "timer") {
          level.timerVersion = story.changes.version;
        }
      }
      break;
    }
    default:
      break;
  }
};

/**
 * Tells every request of a log event by event. `visit` sees each entry with the story as it stood before it, and is
 * called with a story that goes on changing: what it wants to keep it copies.
 */
export const tellRequests = (
  history: History,
  visit: (entry: LogEntry, before: RequestStory) => void,
): void => {
  for (const entries of history.category("request")) {
    const [first] = entries;
    if (first === undefined) {
      continue;
    }
    const story: RequestStory = {
      org: history.org(first),
      submitted: null,
      chain: null,
      payloadHash: "",
      levels: new Map(),
      glassBrokenBy: null,
      changes: noChanges(),
    };
    for (const entry of entries) {
      visit(entry, story);
      tell(story, entry);
    }
  }
};
