import type { EventMetadata } from "../actor.ts";
import { withOutcome } from "./changing/automations.ts";
import type { ChangeEvent } from "./change-events.ts";
import {
  noAmendment,
  noDealings,
  unchanged,
  type Changes,
  type Dealings,
  type Edit,
  type Question,
} from "./changes.ts";
import { withLevelClosed } from "./levels/close-level.ts";
import type { GroupRecord, SlotRecord } from "./events.ts";
import { firedLater } from "./changing/hold-edit.ts";
import { apartAt } from "./people/outside.ts";
import type { GroupState, LevelState, PendingRequest, Vote } from "./state.ts";
import { withPast } from "./timers/evolve.ts";

type Of<T extends ChangeEvent["type"]> = Extract<ChangeEvent, { type: T }>;

const impossible = (type: string, why: string): never => {
  throw new Error(`${type} cannot have happened: ${why}.`);
};

const changesOf = ({ changes }: PendingRequest): Changes => changes ?? unchanged;

const dealingsOf = ({ dealings }: PendingRequest): Dealings => dealings ?? noDealings;

const withDealings = (state: PendingRequest, dealings: Partial<Dealings>): PendingRequest => ({
  ...state,
  dealings: { ...dealingsOf(state), ...dealings },
});

/** Groups as a level records them. Of a level that is recorded again, whoever was replaced stays replaced. */
export const recordedGroups = (
  state: PendingRequest,
  level: number,
  records: readonly GroupRecord[],
  before: readonly GroupState[] = [],
): readonly GroupState[] => {
  const apart = apartAt(state, level);
  return records.map((record) => {
    const known = before.find(({ group }) => group === record.group);
    if (known === undefined) {
      const begun: GroupState = { ...record, voided: [], closedPool: null };
      return apart.length === 0 ? begun : { ...begun, apart };
    }
    const hasNoSlot = ({ approver }: SlotRecord): boolean =>
      !record.slots.some((slot) => slot.approver === approver);
    const cancelled = known.cancelled?.filter(hasNoSlot) ?? [];
    const alternates = known.alternates?.filter(hasNoSlot);
    return {
      ...record,
      voided: [],
      closedPool: null,
      ...(alternates === undefined || alternates.length === 0 ? {} : { alternates }),
      ...(apart.length === 0 ? {} : { apart }),
      ...(cancelled.length === 0 ? {} : { cancelled }),
    };
  });
};

/** The editor's vote, wherever it is kept just now. */
const editorsVote = (state: PendingRequest): Vote | null => {
  const edit = state.changes?.edit ?? null;
  if (edit === null) return null;
  const standing = state.levels[edit.level - 1]?.votes.find(
    (vote) => vote.votedBy === edit.editor && vote.payloadHash === edit.hash,
  );
  return edit.heldVote ?? standing ?? null;
};

/**
 * A level begins, for the first time or anew: those after it wait. The editor's vote stays with the edited level, and
 * is kept aside while that one waits.
 */
export const withLevelBegun = (
  state: PendingRequest,
  { level: number, because, groups }: Of<"LevelReopened">["data"],
  at: string,
): PendingRequest => {
  const vote = editorsVote(state);
  const edit = state.changes?.edit ?? null;
  const isEdited = edit !== null && edit.level === number;
  const level: LevelState = {
    number,
    status: "open",
    because,
    openedAt: at,
    resolvedAt: null,
    resolvedBy: null,
    groups: recordedGroups(state, number, groups),
    votes: isEdited && vote !== null ? [vote] : [],
    deniedGroup: null,
  };
  const begun: PendingRequest = {
    ...withoutClaim(state),
    levels: [...state.levels.slice(0, number - 1), level],
    blockedLevel: null,
    lastOccurredAt: at,
  };
  if (edit === null) return begun;
  const heldVote = number < edit.level ? vote : null;
  return { ...begun, changes: { ...changesOf(state), edit: { ...edit, heldVote } } };
};

/** The group with nobody kept out of it by an edit. */
const withSay = (group: GroupState): GroupState => {
  const { apart, ...rest } = group;
  return apart === undefined ? group : rest;
};

const modified = (state: PendingRequest, { data }: Of<"PayloadModified">): PendingRequest => {
  if (data.version !== state.payloadVersion + 1) {
    return impossible("PayloadModified", `payload version ${state.payloadVersion} is current`);
  }
  const open = state.levels.filter(({ status }) => status !== "skipped");
  const changes = changesOf(state);
  return {
    ...state,
    submitted: data.gates === undefined ? state.submitted : firedLater(state.submitted, data.gates),
    action: { ...state.action, parameters: data.payload },
    payloadHash: data.hash,
    payloadVersion: data.version,
    changes: {
      ...changes,
      edit: {
        editor: data.editor,
        level: data.level,
        hash: data.hash,
        baseHash: state.payloadHash,
        heldVote: null,
      },
      openedBefore: [...new Set([...changes.openedBefore, ...open.map(({ number }) => number)])],
    },
    // Whoever edited the payload before has a say here again.
    levels: state.levels.map((level) =>
      level.status === "open" ? { ...level, groups: level.groups.map(withSay) } : level,
    ),
  };
};

const voided = (state: PendingRequest, { data }: Of<"VotesVoided">): PendingRequest => {
  const isVoid = (level: number, votedBy: string): boolean =>
    data.votes.some((vote) => vote.level === level && vote.votedBy === votedBy);
  return {
    ...state,
    levels: state.levels.map((level) => ({
      ...level,
      votes: level.votes.filter(({ votedBy }) => !isVoid(level.number, votedBy)),
    })),
  };
};

const answered = (
  state: PendingRequest,
  { data }: Of<"QuestionAnswered">,
  { actor, occurredAt }: EventMetadata,
): PendingRequest => {
  const { questions } = dealingsOf(state);
  if (!questions.some(({ id, answer }) => id === data.questionId && answer === null)) {
    return impossible("QuestionAnswered", `question ${data.questionId} is not open`);
  }
  const replied = (question: Question): Question =>
    question.id === data.questionId
      ? {
          ...question,
          answer: data.text,
          answeredBy: actor.id,
          answeredAt: occurredAt,
          pausedMs: data.pausedMs,
        }
      : question;
  return withDealings(state, { questions: questions.map(replied) });
};

const reassigned = (state: PendingRequest, { data }: Of<"RequestReassigned">): PendingRequest => ({
  ...state,
  changes: changesOf(state),
  levels: state.levels.map((level) =>
    level.number !== data.level
      ? level
      : {
          ...level,
          groups: level.groups.map((group) => {
            const gone = data.cancelled.filter((each) => each.group === group.group);
            return {
              ...group,
              cancelled: [...(group.cancelled ?? []), ...gone.map(({ slot }) => slot)],
            };
          }),
        },
  ),
});

const amended = (state: PendingRequest, { data }: Of<"ChainAmended">): PendingRequest => {
  const { skipLevels, addApprovers, shorten, reason } = data;
  const changes = changesOf(state);
  const { skipped, added, shortened } = changes.amendment ?? noAmendment;
  const amendment = {
    skipped: [...skipped, ...skipLevels.map((level) => ({ level, reason }))],
    added: [...added, ...addApprovers],
    shortened: [...shortened, ...shorten],
  };
  return { ...state, changes: { ...changes, amendment } };
};

/** A claim lasts as long as the level at which it was made. */
export const withoutClaim = (state: PendingRequest): PendingRequest =>
  (state.dealings?.claimedBy ?? null) === null ? state : withDealings(state, { claimedBy: null });

/** A vote that the editor takes back while the edited level waits: there is nothing to keep any more. */
export const withoutHeldVote = (state: PendingRequest, edit: Edit): PendingRequest => ({
  ...state,
  changes: { ...changesOf(state), edit: { ...edit, heldVote: null } },
});

/** The state after something was changed. Pure; throws when it cannot have followed this state. */
export const evolveChange = (
  before: PendingRequest,
  event: ChangeEvent,
  metadata: EventMetadata,
): PendingRequest => {
  const at = metadata.occurredAt;
  const state: PendingRequest = { ...before, lastOccurredAt: at };
  switch (event.type) {
    case "PayloadModified":
      return modified(state, event);
    case "VotesVoided":
      return voided(state, event);
    case "LevelReopened":
      return event.data.level > state.levels.length + 1
        ? impossible("LevelReopened", `level ${event.data.level} is not the next one`)
        : withLevelBegun(state, event.data, at);
    case "QuestionAsked": {
      const { questionId: id, level, text } = event.data;
      const question: Question = {
        id,
        level,
        text,
        askedBy: metadata.actor.id,
        askedAt: at,
        answer: null,
        answeredBy: null,
        answeredAt: null,
        pausedMs: 0,
      };
      return withDealings(state, { questions: [...dealingsOf(state).questions, question] });
    }
    case "QuestionAnswered":
      return answered(state, event, metadata);
    case "RequestClaimed":
      return withDealings(state, { claimedBy: event.data.claimedBy });
    case "RequestReleased":
      return withDealings(state, { claimedBy: null });
    case "RequestReassigned": {
      const { recipe } = event.data;
      const moved = reassigned(state, event);
      const after =
        event.data.timer === undefined ? moved : withPast(moved, event.data.timer, "done");
      return recipe === undefined ? after : withOutcome(after, recipe, "amended", null);
    }
    case "ExpiryExtended":
      return withDealings(
        { ...state, expiresAt: event.data.expiresAt },
        { extensions: dealingsOf(state).extensions + 1 },
      );
    case "ChainAmended": {
      const { recipe } = event.data;
      const after = amended(state, event);
      return recipe === undefined ? after : withOutcome(after, recipe, "amended", null);
    }
    case "AmendmentRefused":
      return withOutcome(state, event.data.recipe, "refused", event.data.reason);
    case "GlassBroken":
      return { ...state, levels: withLevelClosed(state.levels, event.data.pools) };
  }
};
