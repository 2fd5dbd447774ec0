import type { Actor } from "../../actor.ts";
import { durationMs } from "../../policy/duration.ts";
import type { LevelPlan } from "../../policy/policy.ts";
import type { Reference } from "../../reference.ts";
import { groupPlan } from "../levels/chain.ts";
import { approversAmong, shownHolder } from "../people/deciders.ts";
import type { SlotRecord } from "../events.ts";
import { isoAfter } from "../asking/expiry.ts";
import { isTemplate } from "../people/people.ts";
import { countedApprovals, judge, type Standing } from "../levels/quorum.ts";
import { isAlternate, neededNow, recordGroups, type Holders } from "../people/slots.ts";
import type { Frozen, GroupState, LevelState, Vote } from "../state.ts";
import { suggestedFirst } from "../asking/suggested.ts";
import type { ActorView, GroupView, LevelView, SlotView, VoteView } from "./wire.ts";

/** An actor in the wire's words. */
export const actorView = ({ kind, id, onBehalfOf }: Actor): ActorView =>
  onBehalfOf === undefined ? { kind, id } : { kind, id, on_behalf_of: onBehalfOf };

const voteView = (vote: Vote): VoteView => ({
  decision: vote.decision,
  voted_by: shownHolder(vote.votedBy) ?? vote.votedBy,
  on_behalf_of: vote.votedBy === vote.approver ? null : shownHolder(vote.approver),
  delegation_id: vote.delegationId,
  at: vote.at,
  notes: vote.notes,
  reason: vote.reason,
  payload_hash: vote.payloadHash,
  channel: vote.channel,
});

const whyOf = ({ via: { type, identifier } }: SlotRecord): string => {
  switch (type) {
    case "role":
      return `member of ${identifier}`;
    case "round_robin":
      return `next in turn of ${identifier}`;
    case "user":
      return isTemplate(identifier) ? `named by ${identifier}` : "named by the policy";
    case "agent":
      return "named as decider";
    case "workflow":
      return `answered by a request under ${identifier}`;
  }
};

const none: readonly SlotRecord[] = [];

interface Shown {
  /** False when an unanswered slot is not wanted any more. */
  readonly open: boolean;
  readonly counted: readonly string[] | undefined;
}

const slotView = (
  slot: SlotRecord,
  isVoid: boolean,
  vote: Vote | undefined,
  { open, counted }: Shown,
  alternate = false,
): SlotView => {
  const { approver, via } = slot;
  const status = isVoid
    ? "voided"
    : vote === undefined
      ? open
        ? "open"
        : "not_required"
      : vote.decision === "approve"
        ? "approved"
        : "denied";
  return {
    approver: shownHolder(approver),
    via,
    why: whyOf(slot),
    alternate,
    counted: status === "approved" && counted?.includes(approver) === true,
    status,
    vote: isVoid || vote === undefined ? null : voteView(vote),
  };
};

/** A slot that a reassignment took away; its person had not voted. */
const cancelledView = (slot: SlotRecord): SlotView => ({
  approver: shownHolder(slot.approver),
  via: slot.via,
  why: whyOf(slot),
  alternate: false,
  counted: false,
  status: "cancelled",
  vote: null,
});

/** Recorded slots, void ones included, then the pools' members: today's, or those of the moment the level closed. */
const slotsOf = (
  group: GroupState,
  votes: readonly Vote[],
  shown: Shown,
  roster: Holders,
): readonly SlotView[] => {
  const isVoid = ({ approver }: SlotRecord): boolean => group.voided.includes(approver);
  const voteFor = ({ approver }: SlotRecord): Vote | undefined =>
    votes.find((vote) => vote.approver === approver);
  const views: SlotView[] = [];
  for (const slot of group.slots) views.push(slotView(slot, isVoid(slot), voteFor(slot), shown));
  // Who left and came back as one of a pool is shown twice: the void slot, and the one that counts.
  const members = group.closedPool ?? (group.pools.length === 0 ? none : roster.holders(group));
  for (const member of members) {
    if (group.slots.some((slot) => slot.approver === member.approver && !isVoid(slot))) continue;
    views.push(slotView(member, false, voteFor(member), shown));
  }
  for (const slot of group.alternates ?? none) {
    if (!isAlternate(group, slot.approver) || !roster.holds(group, slot.approver)) continue;
    views.push(slotView(slot, false, voteFor(slot), shown, true));
  }
  for (const slot of group.cancelled ?? none) views.push(cancelledView(slot));
  return views;
};

/** People who could still answer in a closed group are not asked: its slots are shown from what was recorded. */
const closedRoster: Holders = {
  holds: (group, person) => {
    const isTheirs = ({ approver }: SlotRecord): boolean => approver === person;
    return (
      (group.slots.some(isTheirs) && !group.voided.includes(person)) ||
      group.closedPool?.some(isTheirs) === true ||
      (group.alternates?.some(isTheirs) === true && isAlternate(group, person))
    );
  },
  holders: (group) => [
    ...group.slots.filter(({ approver }) => !group.voided.includes(approver)),
    ...(group.closedPool ?? none),
    ...(group.alternates ?? none).filter(({ approver }) => isAlternate(group, approver)),
  ],
};

const groupStatus = (
  level: LevelState,
  { denied }: Standing["groups"][number],
  met: boolean,
  name: string,
): GroupView["status"] => {
  if (denied || level.deniedGroup === name) return "denied";
  if (met) return "approved";
  return level.status === "open" ? "open" : "not_required";
};

const groupViews = (
  plan: LevelPlan,
  level: LevelState,
  standing: Standing,
  roster: Holders,
  order: (slots: readonly SlotView[]) => readonly SlotView[],
): readonly GroupView[] => {
  const counted = countedApprovals(plan, standing.groups);
  return level.groups.map((group, index) => {
    const { quorum, message } = groupPlan(plan, index);
    const stands = standing.groups[index];
    if (stands === undefined) throw new Error(`Group ${group.group} was not judged.`);
    const here = counted[index];
    const met = (here?.length ?? 0) >= stands.needed;
    const isOpen = level.status === "open";
    return {
      group: group.group,
      message,
      required: quorum.required,
      needed: stands.needed,
      status: groupStatus(level, stands, met, group.group),
      blocked:
        isOpen &&
        approversAmong(roster.holders(group), quorum).length < neededNow(plan, index, group),
      slots: order(
        slotsOf(group, level.votes, { open: isOpen && !stands.denied, counted: here }, roster),
      ),
    };
  });
};

/** A level that is not reached: its groups with the approvals they will want by today's people, and no slots. */
const forecast = (plan: LevelPlan, frozen: Frozen, reference: Reference): readonly GroupView[] =>
  recordGroups(plan, frozen, reference).map(({ group, needed }, index) => {
    const { quorum, message } = groupPlan(plan, index);
    return {
      group,
      message,
      required: quorum.required,
      needed,
      status: "waiting",
      blocked: false,
      slots: [],
    };
  });

const wireStatus = ({ status }: LevelState): LevelView["status"] =>
  // A level that was open when its request ended stays shown as it was; its slots say that nothing is wanted.
  status === "closed" ? "open" : status;

const dueAt = ({ timeout, calendar }: LevelPlan, { openedAt }: LevelState): string | null => {
  if (timeout === null || calendar !== null || openedAt === null) return null;
  const ms = durationMs(timeout);
  return ms === null ? null : isoAfter(openedAt, ms);
};

/**
 * One level on the wire, from its plan and (once it was opened or skipped) its state. `judged` is how an open level
 * stands, for who knows it already.
 */
export const levelView = (
  plan: LevelPlan,
  level: LevelState | undefined,
  frozen: Frozen,
  reference: Reference,
  today: Holders,
  judged?: Standing,
): LevelView => {
  const { number, name, message, logic } = plan;
  if (level === undefined || level.status === "skipped") {
    return {
      number,
      name,
      message,
      status: level === undefined ? "waiting" : "skipped",
      because: level?.because ?? null,
      logic,
      opened_at: level?.openedAt ?? null,
      due_at: null,
      overdue: false,
      resolved_at: level?.resolvedAt ?? null,
      resolved_by: null,
      groups: forecast(plan, frozen, reference),
    };
  }
  const roster = level.status === "open" ? today : closedRoster;
  const standing = judged ?? judge(plan, level.groups, level.votes, roster);
  return {
    number,
    name,
    message,
    status: wireStatus(level),
    because: level.because,
    logic,
    opened_at: level.openedAt,
    due_at: dueAt(plan, level),
    overdue: false,
    resolved_at: level.resolvedAt,
    resolved_by: level.resolvedBy === null ? null : actorView(level.resolvedBy),
    groups: groupViews(plan, level, standing, roster, (slots) =>
      suggestedFirst(slots, frozen.submitted.suggested, reference),
    ),
  };
};
