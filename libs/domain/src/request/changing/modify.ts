import type { Reference } from "../../reference.ts";
import { chainOf, levelPlan } from "../levels/chain.ts";
import type { FiredLater, VoteRef } from "../change-events.ts";
import type { ChangeCommandOf, Edited } from "../change-commands.ts";
import type { Changes } from "../changes.ts";
import { unchanged } from "../changes.ts";
import type { DecideContext, Decision } from "../commands.ts";
import { voterOf } from "../people/deciders.ts";
import type { Hat } from "../people/delegates.ts";
import { inTime } from "../ending/ending.ts";
import type { RequestEvent } from "../events.ts";
import { following } from "../follow.ts";
import { firedLater, holdEdit } from "./hold-edit.ts";
import { advance, openLevel } from "../levels/open-levels.ts";
import { payloadChanged } from "../voting/payload-changed.ts";
import { refuse, type Refusal } from "../refusals.ts";
import { misfitRefusal, schemasOf } from "../asking/schemas.ts";
import { settle } from "../levels/settle.ts";
import { rosterOf } from "../people/slots.ts";
import { slotAt, unprocessable } from "../people/standing-rights.ts";
import type { KnownRequest, LevelState, PendingRequest, Vote } from "../state.ts";
import { voidLeavers } from "../people/void-slot.ts";
import { cast } from "../voting/vote.ts";

/** Every policy, those of gates that the edit meets included, must say that approvals outlive an edit; inline approvers have none, and theirs do not. */
const keepsApprovals = (
  state: PendingRequest,
  gates: FiredLater | null,
  { definition }: Reference,
): boolean => {
  const { submitted, changes } = state;
  if (submitted.inlineChain !== null) return false;
  const fixed = gates === null ? submitted : firedLater(submitted, gates);
  const asked = changes === undefined ? { submitted: fixed } : { submitted: fixed, changes };
  const { policies } = chainOf(asked, definition);
  return policies.every(({ reapproval }) => reapproval === "not_required");
};

const votesFor = (state: PendingRequest, levels: readonly LevelState[]): readonly VoteRef[] => {
  const held = state.changes?.edit?.heldVote;
  const edited = state.changes?.edit?.level;
  const refs = levels.flatMap(({ number, votes }) =>
    votes.map(({ votedBy }) => ({ level: number, votedBy })),
  );
  return held === null || held === undefined || edited === undefined
    ? refs
    : [...refs, { level: edited, votedBy: held.votedBy }];
};

/** The edit itself, the votes that go with the old payload, and the editor's vote on the new one. */
const edit = (
  state: PendingRequest,
  open: LevelState,
  vote: Vote,
  { parameters }: ChangeCommandOf<"modify">,
  { hash, patch }: Edited,
  gates: FiredLater | null,
  keeps: boolean,
  events: RequestEvent[],
): void => {
  events.push({
    type: "PayloadModified",
    data: {
      payload: parameters,
      patch,
      hash,
      version: state.payloadVersion + 1,
      editor: vote.votedBy,
      level: open.number,
      ...(gates === null ? {} : { gates }),
    },
  });
  const votes = votesFor(state, keeps ? [open] : state.levels);
  if (votes.length > 0) {
    events.push({ type: "VotesVoided", data: { payloadHash: state.payloadHash, votes } });
  }
  const { votedBy, approver, delegationId, notes } = vote;
  events.push({
    type: "VoteCast",
    data: {
      level: open.number,
      decision: "approve",
      votedBy,
      onBehalfOf: approver === votedBy ? null : approver,
      delegationId,
      payloadHash: hash,
      notes,
      reason: null,
    },
  });
};

const withHeldVote = (state: PendingRequest, heldVote: Vote): PendingRequest => {
  const changes: Changes = state.changes ?? unchanged;
  return changes.edit === null
    ? state
    : { ...state, changes: { ...changes, edit: { ...changes.edit, heldVote } } };
};

/**
 * Holds the levels before the edited one against the new payload: the first that applies begins anew and the rest
 * waits; those that do not apply any more are skipped. True when one begins.
 */
const reopen = (
  state: PendingRequest,
  before: number,
  context: DecideContext,
  reference: Reference,
  events: RequestEvent[],
): boolean => {
  const { levels } = chainOf(state, reference.definition);
  for (const plan of levels.slice(0, before - 1)) {
    const step: RequestEvent[] = [];
    const opened = openLevel(plan, state, context, reference, step);
    if (opened === "skipped" && state.levels[plan.number - 1]?.status === "skipped") continue;
    events.push(...step);
    if (opened === "stands") return true;
  }
  return false;
};

/** A level whose slots hang on child requests begins anew: the children were asked about the old payload. */
const hasChildren = ({ groups }: LevelState): boolean =>
  groups.some(({ slots }) => slots.some(({ via }) => via.type === "workflow"));

const applied = (
  pending: PendingRequest,
  level: LevelState,
  vote: Vote,
  command: ChangeCommandOf<"modify">,
  edited: Edited,
  gates: FiredLater | null,
  context: DecideContext,
  reference: Reference,
): readonly RequestEvent[] => {
  const events: RequestEvent[] = [];
  const open = voidLeavers(level, rosterOf(pending.submitted, reference), events);
  const keeps = keepsApprovals(pending, gates, reference);
  edit(following(pending, events, context), open, vote, command, edited, gates, keeps, events);
  const after = following(pending, events, context);
  const { number } = open;
  const waiting = withHeldVote(after, vote);
  const again: RequestEvent[] = [];
  if (!keeps && reopen(waiting, number, context, reference, again)) return [...events, ...again];
  const state = following(after, again, context);
  const by =
    vote.approver === vote.votedBy
      ? context.actor
      : { ...context.actor, onBehalfOf: vote.approver };
  const word = { by, notes: vote.notes, reason: null };
  const stands = state.levels[number - 1];
  if (stands === undefined) throw new Error(`Level ${number} was edited and is gone.`);
  if (hasChildren(stands)) {
    const progress = { after: number - 1, approved: false, by, notes: vote.notes };
    advance(withHeldVote(state, vote), progress, context, reference, again);
  } else {
    const plan = levelPlan(chainOf(state, reference.definition), number);
    settle(state, plan, stands, word, context, reference, again);
  }
  return [...events, ...again];
};

const voteOf = (
  { notes }: ChangeCommandOf<"modify">,
  votedBy: string,
  { approver, delegationId }: Hat,
  payloadHash: string,
  { now, channel }: DecideContext,
): Vote => ({
  decision: "approve",
  votedBy,
  approver,
  delegationId,
  at: now,
  notes,
  reason: null,
  payloadHash,
  channel,
});

/**
 * Edit and approve in one. The payload gets a new version and hash; votes for the old one are void, and earlier levels
 * are asked again, in order, unless every policy says `reapproval: not_required`. The edited level is judged with the
 * editor's vote, which counts at no other. New parameters that change nothing are an approval and no edit.
 */
export const modify = (
  state: KnownRequest,
  command: ChangeCommandOf<"modify">,
  context: DecideContext,
  reference: Reference,
): Decision => {
  const { principal, now } = context;
  const no = (refusal: Refusal): Decision => ({ events: [], refusal });
  if (principal === null) return no(refuse("forbidden", "Payloads are edited by approvers."));
  const editor = voterOf(principal);
  const { policies } = chainOf(state, reference.definition);
  const schemas = schemasOf(state.submitted.schema, policies);
  const edited = command.edit(state.action, schemas);
  const last = state.changes?.edit ?? null;
  if (
    last?.editor === editor &&
    last.baseHash === command.payloadHash &&
    last.hash === edited.hash &&
    (command.level === null || command.level === last.level)
  ) {
    return { events: [] };
  }
  const timely = inTime(state, now, reference);
  if (!("inTime" in timely)) return timely;
  if (state.submitted.topic !== null) {
    return no(unprocessable("payload", "of a transition's request cannot be edited"));
  }
  if (state.submitted.parent !== undefined) {
    return no(unprocessable("payload", "of a child request is its parent's and edited there"));
  }
  const refusal = misfitRefusal(edited.faults);
  if (refusal !== null) return no(refusal);
  const action = { ...state.action, parameters: command.parameters };
  const gates =
    edited.hash === state.payloadHash ? null : holdEdit(timely.inTime, action, context, reference);
  if (gates !== null && "refusal" in gates) return no(gates.refusal);
  const place = slotAt(state, command.level, principal, reference, now);
  if ("refusal" in place) return no(place.refusal);
  if (command.payloadHash !== state.payloadHash) return no(payloadChanged(state));
  const { open, hats } = place;
  const hat =
    hats.find(
      ({ approver }) =>
        approver === editor ||
        !open.votes.some((vote) => vote.approver === approver && vote.votedBy !== editor),
    ) ?? hats[0];
  if (hat === undefined) throw new Error("an approver wears no hat");
  const vote = voteOf(command, editor, hat, edited.hash, context);
  return {
    events:
      edited.hash === state.payloadHash
        ? cast(timely.inTime, open, vote, context, reference)
        : applied(timely.inTime, open, vote, command, edited, gates, context, reference),
  };
};
