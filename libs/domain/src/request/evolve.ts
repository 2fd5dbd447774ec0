import type { EventMetadata } from "../actor.ts";
import { afterApproval } from "./levels/after-approval.ts";
import { resolved } from "./ending/resolved.ts";
import type { ClosedPools, RequestEvent } from "./events.ts";
import type {
  GroupState,
  LevelState,
  PendingRequest,
  RequestState,
  ResolvedRequest,
} from "./state.ts";
import { withAttached } from "./changing/attach.ts";
import { withChildEnded, withChildren } from "./voting/children.ts";
import { isTimerEvent } from "./timers/events.ts";
import { evolveTimer } from "./timers/evolve.ts";
import {
  evolveChange,
  recordedGroups,
  withLevelBegun,
  withoutClaim,
  withoutHeldVote,
} from "./evolve-changes.ts";
import { withSlotVoided } from "./people/void-slot.ts";

/** What every request's history starts from. */
export const absentRequest: RequestState = { status: "absent" };

/** An event as recorded: what happened, and beside it who did it when. */
export interface Recorded {
  readonly event: RequestEvent;
  readonly metadata: EventMetadata;
}

const impossible = ({ type }: RequestEvent, why: string): never => {
  throw new Error(`${type} cannot have happened: ${why}.`);
};

const nobody = [] as const;

const closed = (groups: readonly GroupState[], pools: ClosedPools): readonly GroupState[] =>
  groups.map((group) => ({ ...group, closedPool: pools[group.group] ?? nobody }));

/** The level with this number in the state, which must be open. */
const openLevelOf = (state: PendingRequest, event: RequestEvent, number: number): LevelState => {
  const level = state.levels[number - 1];
  return level?.status === "open" ? level : impossible(event, `level ${number} is not open`);
};

const withLevel = (levels: readonly LevelState[], level: LevelState): readonly LevelState[] =>
  levels.length < level.number
    ? [...levels, level]
    : levels.map((known) => (known.number === level.number ? level : known));

/** An opened level, or one that was empty and is recorded again: votes and opening time stay. */
const opened = (
  state: PendingRequest,
  event: Extract<RequestEvent, { type: "LevelOpened" }>,
  at: string,
): PendingRequest => {
  const { level: number, because, groups } = event.data;
  const known = state.levels[number - 1];
  // A skipped level opens when the payload or the chain was changed so that it applies after all.
  if (known === undefined ? number === state.levels.length + 1 : known.status === "skipped") {
    return withLevelBegun(state, event.data, at);
  }
  if (known?.status !== "open") return impossible(event, `level ${number} is not the next one`);
  const level: LevelState = {
    ...known,
    because: known.because ?? because,
    groups: recordedGroups(state, number, groups, known.groups),
  };
  return {
    ...state,
    levels: withLevel(state.levels, level),
    blockedLevel: null,
    lastOccurredAt: at,
  };
};

const skipped = (
  state: PendingRequest,
  event: Extract<RequestEvent, { type: "LevelSkipped" }>,
  at: string,
): PendingRequest => {
  const { level: number, because } = event.data;
  const known = state.levels[number - 1];
  const isChanged = known?.status === "approved" && (state.changes?.edit ?? null) !== null;
  if (
    known === undefined ? number !== state.levels.length + 1 : known.status !== "open" && !isChanged
  ) {
    return impossible(event, `level ${number} is not the next one`);
  }
  const level: LevelState = {
    number,
    status: "skipped",
    because,
    openedAt: known?.openedAt ?? null,
    resolvedAt: at,
    resolvedBy: null,
    groups: nobody,
    votes: nobody,
    deniedGroup: null,
  };
  return {
    ...(known?.status === "open" ? withoutClaim(state) : state),
    levels: withLevel(state.levels, level),
    blockedLevel: null,
    lastOccurredAt: at,
  };
};

const votesOf = (
  state: PendingRequest,
  event: Extract<RequestEvent, { type: "VoteCast" | "VoteWithdrawn" | "SlotVoided" }>,
  metadata: EventMetadata,
): LevelState => {
  const level = openLevelOf(state, event, event.data.level);
  switch (event.type) {
    case "VoteCast": {
      const { decision, votedBy, onBehalfOf, delegationId, notes, reason, payloadHash, child } =
        event.data;
      const approver = onBehalfOf ?? votedBy;
      if (level.votes.some((vote) => vote.approver === approver)) {
        return impossible(event, `a vote of ${approver} stands`);
      }
      const { occurredAt: at, channel } = metadata;
      const vote = {
        decision,
        votedBy,
        approver,
        delegationId,
        at,
        notes,
        reason,
        payloadHash,
        channel,
      };
      return {
        ...level,
        votes: [...level.votes, child === undefined ? vote : { ...vote, child }],
      };
    }
    case "VoteWithdrawn": {
      const votes = level.votes.filter((vote) => vote.votedBy !== event.data.votedBy);
      return votes.length === level.votes.length
        ? impossible(event, `no vote of ${event.data.votedBy} stands`)
        : { ...level, votes };
    }
    case "SlotVoided":
      return withSlotVoided(level, event.data.group, event.data.approver);
  }
};

const resolvedLevel = (
  state: PendingRequest,
  event: Extract<RequestEvent, { type: "LevelApproved" | "LevelDenied" }>,
  at: string,
): PendingRequest => {
  const level = openLevelOf(state, event, event.data.level);
  const denied = event.type === "LevelDenied";
  return {
    ...withoutClaim(state),
    levels: withLevel(state.levels, {
      ...level,
      status: denied ? "denied" : "approved",
      resolvedAt: at,
      resolvedBy: event.data.by,
      groups: closed(level.groups, event.data.pools),
      deniedGroup: denied ? event.data.group : null,
    }),
    blockedLevel: null,
    lastOccurredAt: at,
  };
};

const submitted = (
  { data }: Extract<RequestEvent, { type: "RequestSubmitted" }>,
  { org, channel, occurredAt }: EventMetadata,
): PendingRequest => ({
  status: "pending",
  org,
  submitted: data,
  createdAt: occurredAt,
  channel,
  payloadVersion: 1,
  payloadHash: data.payloadHash,
  action: data.action,
  expiresAt: data.expiresAt,
  levels: nobody,
  blockedLevel: null,
  lastOccurredAt: occurredAt,
});

/** After the end, only delivery and execution go on. */
const afterEnd = (state: ResolvedRequest, event: RequestEvent, at: string): ResolvedRequest =>
  afterApproval(state, event, at) ??
  impossible(event, `the request is ${state.execution?.status ?? state.status}`);

/** The state after one more recorded event. Pure; throws when the event cannot have followed this state. */
export const evolve = (state: RequestState, { event, metadata }: Recorded): RequestState => {
  const at = metadata.occurredAt;
  if (state.status === "absent") {
    // Abandoned before it was made: absent for everybody, but its stream is taken.
    if (event.type === "RequestAbandoned") return state;
    return event.type === "RequestSubmitted"
      ? submitted(event, metadata)
      : impossible(event, "the request is absent");
  }
  if (state.status !== "pending") return afterEnd(state, event, at);
  switch (event.type) {
    case "RequestSubmitted":
    case "RequestAbandoned":
      return impossible(event, "the request stands already");
    case "LevelOpened":
      return withChildren(opened(state, event, at), event);
    case "LevelSkipped":
      return skipped(state, event, at);
    case "LevelBlocked":
      return { ...state, blockedLevel: event.data.level ?? "all-skipped", lastOccurredAt: at };
    case "VoteCast":
    case "VoteWithdrawn":
    case "SlotVoided": {
      const edit = state.changes?.edit ?? null;
      if (event.type === "VoteWithdrawn" && edit !== null && event.data.level > state.levels.length)
        return withoutHeldVote({ ...state, lastOccurredAt: at }, edit);
      const level = votesOf(state, event, metadata);
      const next = { ...state, levels: withLevel(state.levels, level), lastOccurredAt: at };
      return event.type === "VoteCast" && event.data.child !== undefined
        ? withChildEnded(next, event.data.votedBy, event.data.child)
        : next;
    }
    case "LevelApproved":
    case "LevelDenied":
      return resolvedLevel(state, event, at);
    case "RequestApproved":
    case "RequestDenied":
    case "RequestExpired":
    case "RequestCancelled":
      return resolved(state, event, at);
    case "ValidationFailed":
      return { ...state, lastOccurredAt: at };
    case "ContextAttached":
    case "RecommendationAttached":
      return withAttached(state, event, metadata.actor, at);
    case "GrantConsumed":
    case "ExecutionReported":
    case "DeliveryStuck":
      return impossible(event, "the request is pending");
    case "LevelReopened": {
      const next = evolveChange(state, event, metadata);
      return withChildren(next, { type: "LevelOpened", data: event.data });
    }
    default:
      return isTimerEvent(event)
        ? evolveTimer(state, event, at)
        : evolveChange(state, event, metadata);
  }
};
