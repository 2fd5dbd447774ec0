import type { LevelPlan } from "../../policy/policy.ts";
import type { Reference } from "../../reference.ts";
import { chainOf, groupPlan, levelPlan } from "../levels/chain.ts";
import type { DecideContext, Decision } from "../commands.ts";
import { approversAmong, countsHeads } from "./deciders.ts";
import { inTime, openLevelOf } from "../ending/ending.ts";
import type { RequestEvent, SlotRecord } from "../events.ts";
import { recordedGroups } from "../evolve-changes.ts";
import { blockageOf, type Gap } from "../levels/gap.ts";
import { advance, denialForWantOfPeople, recordOf } from "../levels/open-levels.ts";
import { judge } from "../levels/quorum.ts";
import { neededNow, recordGroups, rosterOf, type Roster } from "./slots.ts";
import type { GroupState, KnownRequest, LevelState, PendingRequest } from "../state.ts";
import { voidLeavers } from "./void-slot.ts";

const lacks = (plan: LevelPlan, index: number, group: GroupState, roster: Roster): boolean =>
  approversAmong(roster.holders(group), groupPlan(plan, index).quorum).length <
  neededNow(plan, index, group);

/** The group as it is recorded again: its voided slots go, and the bar is that of the people who stay. */
export const keptGroup = (plan: LevelPlan, index: number, group: GroupState): GroupState => ({
  ...group,
  needed: neededNow(plan, index, group),
  slots: group.slots.filter(({ approver }) => !group.voided.includes(approver)),
  voided: [],
});

/**
 * The group with those of a fresh record who came since. Nobody comes whose slot was given to others, nor the next in
 * turn beside whoever was chosen.
 */
const withComers = (group: GroupState, fresh: GroupState): GroupState => {
  const isTaken = ({ approver, via }: SlotRecord): boolean =>
    [...group.slots, ...(group.cancelled ?? [])].some((slot) => slot.approver === approver) ||
    (via.type === "round_robin" &&
      group.slots.some(
        (slot) => slot.via.type === "round_robin" && slot.via.identifier === via.identifier,
      ));
  return { ...group, slots: [...group.slots, ...fresh.slots.filter((slot) => !isTaken(slot))] };
};

/** What the policy wants when a level lost its people; a level at which votes stand is never skipped under them. */
const forWantOfPeople = (
  state: PendingRequest,
  level: LevelState,
  plan: LevelPlan,
  gap: Gap,
  context: DecideContext,
  reference: Reference,
  events: RequestEvent[],
): void => {
  const { groups: lacking, reason } = gap;
  if (gap.kind !== "voted" && plan.onEmpty === "deny") {
    events.push(...denialForWantOfPeople(plan, level.groups, lacking, reason, state, reference));
  } else if (plan.onEmpty === "skip" && level.votes.length === 0) {
    events.push({
      type: "LevelSkipped",
      data: { level: level.number, because: reason, facts: {} },
    });
    advance(
      state,
      {
        after: level.number,
        approved: state.levels.some(({ status }) => status === "approved"),
        by: { kind: "system", id: "on_empty" },
        notes: null,
      },
      context,
      reference,
      events,
    );
  } else {
    events.push({ type: "LevelBlocked", data: { level: level.number, groups: lacking, reason } });
  }
};

/**
 * After people changed: voids the slots of those who left, blocks the open level when it lacks people now, and lets a
 * blocked one go on when they came (groups of `all` and `percent` record their people at that moment, the others take
 * in who came). It never approves: the next vote does.
 */
export const recheck = (
  state: KnownRequest,
  context: DecideContext,
  reference: Reference,
): Decision => {
  const timely = inTime(state, context.now, reference);
  if (!("inTime" in timely)) return timely;
  const open = openLevelOf(state);
  if (open === undefined) return { events: [] };
  const { submitted } = state;
  const plan = levelPlan(chainOf(state, reference.definition), open.number);
  const roster = rosterOf(submitted, reference);
  const events: RequestEvent[] = [];
  const level = voidLeavers(open, roster, events);
  // As they would be recorded again: whose slot was given away does not come back with a role.
  const people = recordGroups(plan, state, reference, context);
  const fresh = recordedGroups(timely.inTime, level.number, people, level.groups);
  let found = false;
  const groups = level.groups.map((group, index) => {
    const anew = fresh[index];
    const again =
      anew === undefined || countsHeads(groupPlan(plan, index).quorum)
        ? anew
        : withComers(keptGroup(plan, index, group), anew);
    const replaced =
      again !== undefined &&
      lacks(plan, index, group, roster) &&
      !lacks(plan, index, again, roster);
    found ||= replaced;
    return replaced ? again : group;
  });
  const gap = blockageOf(plan, groups, judge(plan, groups, level.votes, roster), roster);
  const wasBlocked = state.blockedLevel === level.number;
  if (found || (gap === null && wasBlocked)) {
    const records = groups.map((group, index) => recordOf(keptGroup(plan, index, group)));
    events.push({
      type: "LevelOpened",
      data: { level: level.number, because: level.because, groups: records },
    });
  }
  if (gap !== null && (found || !wasBlocked)) {
    forWantOfPeople(timely.inTime, { ...level, groups }, plan, gap, context, reference, events);
  }
  return { events };
};
