import type { LevelPlan } from "../../policy/policy.ts";
import type { Reference } from "../../reference.ts";
import { chainOf, groupPlan, levelPlan } from "../levels/chain.ts";
import type { ChangeCommandOf } from "../change-commands.ts";
import type { DecideContext, Decision } from "../commands.ts";
import { headsIn } from "../people/deciders.ts";
import { inTime, openLevelOf } from "../ending/ending.ts";
import type { RequestEvent, SlotRecord } from "../events.ts";
import { following } from "../follow.ts";
import { gapOf } from "../levels/gap.ts";
import { recordNamed, unknownTarget } from "../asking/named-people.ts";
import { recordOf } from "../levels/open-levels.ts";
import { keptGroup } from "../people/recheck.ts";
import { refuse, type Refusal } from "../refusals.ts";
import { settle } from "../levels/settle.ts";
import { isOutside } from "../people/outside.ts";
import { isAlternate, neededNow, neededOf, rosterOf, type Roster } from "../people/slots.ts";
import {
  askerRefused,
  hatsAtOpen,
  isAdmin,
  isAsker,
  reasonRefused,
  unprocessable,
} from "../people/standing-rights.ts";
import type { GroupState, KnownRequest, LevelState, PendingRequest } from "../state.ts";
import type { TimerRef } from "../timers/events.ts";
import { voidLeavers } from "../people/void-slot.ts";

const isPersons = ({ via }: SlotRecord): boolean => via.type !== "agent" && via.type !== "workflow";

/** True when child requests alone answer for the group: whoever else is named there would answer in their place. */
const isChildrens = (group: GroupState, roster: Roster): boolean => {
  const slots = roster.holders(group);
  return slots.length > 0 && slots.every(({ via }) => via.type === "workflow");
};

/** Slots of a group that are not answered yet: everybody's, or one person's. */
const openSlots = (
  group: GroupState,
  { votes }: LevelState,
  from: string | null,
  roster: Roster,
): readonly SlotRecord[] =>
  roster
    .holders(group)
    .filter(
      (slot) =>
        isPersons(slot) &&
        (from === null || slot.approver === from) &&
        !votes.some((vote) => vote.approver === slot.approver),
    );

/**
 * The group with these slots replaced. Whoever stands in one of the new pools is not cancelled, and comes back if they
 * were. Who voted as a member of a pool that goes is recorded by name, so that the vote stays; the bar never falls below
 * what was wanted before.
 */
const replaced = (
  plan: LevelPlan,
  index: number,
  group: GroupState,
  gone: readonly SlotRecord[],
  command: ChangeCommandOf<"reassign">,
  state: PendingRequest,
  reference: Reference,
  roster: Roster,
): GroupState => {
  const { quorum } = groupPlan(plan, index);
  const named = recordNamed(command.to, quorum, group.apart, state, reference);
  const before = group.cancelled ?? [];
  const joins = { ...group, pools: named.pools, slots: [], alternates: [], cancelled: [] };
  const members = roster.holders(joins);
  const isMember = (approver: string): boolean =>
    members.some((slot) => slot.approver === approver);
  const isGone = (approver: string): boolean => gone.some((slot) => slot.approver === approver);
  const kept = group.slots.filter(
    ({ approver }) => !group.voided.includes(approver) && !isGone(approver),
  );
  const voters =
    command.from === null
      ? roster
          .holders(group)
          .filter(
            ({ approver }) =>
              !isGone(approver) && !isMember(approver) && !isAlternate(group, approver),
          )
      : kept;
  const slots: SlotRecord[] = [...kept];
  // Who was replaced in this group comes back by name only, because a role brings back nobody.
  const back = members.filter((member) => before.some((slot) => slot.approver === member.approver));
  for (const slot of [...voters, ...named.slots, ...back]) {
    if (!slots.some(({ approver }) => approver === slot.approver)) slots.push(slot);
  }
  const pools =
    command.from === null ? named.pools : [...new Set([...group.pools, ...named.pools])];
  const outside = [...before, ...gone].filter(
    ({ approver }) => !isMember(approver) && !slots.some((slot) => slot.approver === approver),
  );
  const made = { ...group, pools, slots, voided: [], cancelled: outside };
  const needed = Math.max(neededNow(plan, index, group), neededOf(quorum, headsIn(made)));
  return { ...made, needed };
};

/** Who may give these slots away: whoever may answer for each of them, and admins. */
const mayReassign = (
  state: KnownRequest,
  from: string | null,
  { principal, now }: DecideContext,
  reference: Reference,
): boolean => {
  if (principal === null) return false;
  if (isAdmin(principal, reference) || state.status !== "pending") return true;
  const own = hatsAtOpen(state, principal, reference, now).map(({ approver }) => approver);
  if (from !== null) return own.includes(from);
  const open = openLevelOf(state);
  if (open === undefined || own.length === 0) return false;
  const roster = rosterOf(state.submitted, reference);
  const given = open.groups.flatMap((group) => openSlots(group, open, null, roster));
  // Whoever has nothing left to give away would name approvers beside their own vote: that is for admins.
  return given.length > 0 && given.every(({ approver }) => own.includes(approver));
};

const asked = (
  state: KnownRequest,
  { to, reason }: ChangeCommandOf<"reassign">,
  { principal }: DecideContext,
  reference: Reference,
): Refusal | null =>
  reasonRefused(reason, "A reassignment") ??
  unknownTarget(to, state, reference) ??
  (principal !== null && isAsker(state, principal) ? askerRefused("reassigns") : null);

/**
 * Gives away open slots of the open level, whoever does it: votes cast stay, and nothing is judged. Refused when the
 * quorum would be out of reach.
 */
export const moveSlots = (
  state: PendingRequest,
  command: ChangeCommandOf<"reassign">,
  reference: Reference,
  by: { readonly timer?: TimerRef } = {},
): Decision => {
  const no = (refusal: Refusal): Decision => ({ events: [], refusal });
  const open = openLevelOf(state);
  if (open === undefined) return no(refuse("level-not-open", "No level of the request is open."));
  const { from, to, reason } = command;
  const plan = levelPlan(chainOf(state, reference.definition), open.number);
  const roster = rosterOf(state.submitted, reference);
  const events: RequestEvent[] = [];
  const level = voidLeavers(open, roster, events);
  const cancelled: { readonly group: string; readonly slot: SlotRecord }[] = [];
  const given = level.groups.map((group) => openSlots(group, level, from, roster));
  if (from !== null && given.flat().length === 0) {
    return no(unprocessable("from", `holds no open slot: ${from}`));
  }
  const groups = level.groups.map((group, index) => {
    const gone = given[index] ?? [];
    if (gone.length === 0 && (from !== null || isChildrens(group, roster)))
      return keptGroup(plan, index, group);
    const made = replaced(plan, index, group, gone, command, state, reference, roster);
    const lost = gone.filter(({ approver }) => isOutside(made, approver));
    cancelled.push(...lost.map((slot) => ({ group: group.group, slot })));
    return made;
  });
  const gap = gapOf(plan, groups, roster);
  if (gap !== null) {
    return no(refuse("quorum-unreachable", gap.reason, { level: open.number, groups: gap.groups }));
  }
  events.push(
    {
      type: "RequestReassigned",
      data: { level: open.number, from, to, cancelled, reason: reason ?? "", ...by },
    },
    {
      type: "LevelOpened",
      data: { level: open.number, because: open.because, groups: groups.map(recordOf) },
    },
  );
  return { events };
};

/** What follows from giving away open slots of the open level by somebody's word: the level is judged again. */
export const reassigned = (
  state: PendingRequest,
  command: ChangeCommandOf<"reassign">,
  context: DecideContext,
  reference: Reference,
): Decision => {
  const decision = moveSlots(state, command, reference);
  if (decision.refusal !== undefined) return decision;
  const events = [...decision.events];
  const after = following(state, events, context);
  const plan = levelPlan(chainOf(state, reference.definition), openLevelOf(state)?.number ?? 0);
  const stands = openLevelOf(after);
  if (stands === undefined) throw new Error("a reassigned level is not open any more");
  const word = { by: context.actor, notes: null, reason: command.reason };
  settle(after, plan, stands, word, context, reference, events);
  return { events };
};

/**
 * Gives open slots of the open level to others: a slot's holder their own, an admin anybody's, or all of them. Votes
 * cast stay, and with an admin's reassignment a level that people left is judged again. Refused when the quorum would
 * be out of reach, and to who asked: nobody picks their own approvers.
 */
export const reassign = (
  state: KnownRequest,
  command: ChangeCommandOf<"reassign">,
  context: DecideContext,
  reference: Reference,
): Decision => {
  const no = (refusal: Refusal): Decision => ({ events: [], refusal });
  if (!mayReassign(state, command.from, context, reference)) {
    return no(refuse("forbidden", "Only a slot's holder and admins reassign it."));
  }
  const timely = inTime(state, context.now, reference);
  if (!("inTime" in timely)) return timely;
  const refusal = asked(state, command, context, reference);
  if (refusal !== null) return no(refusal);
  return reassigned(timely.inTime, command, context, reference);
};
