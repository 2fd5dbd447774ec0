import { isNoPerson } from "./deciders.ts";
import type { RequestEvent } from "../events.ts";
import type { Roster } from "./slots.ts";
import type { LevelState } from "../state.ts";

/**
 * The level after a recorded person left a group: the slot is void, and so is the vote that was given for it. The vote
 * stays only where the person may still answer in another group, which the roster of the day decides when it counts.
 */
export const withSlotVoided = (level: LevelState, group: string, approver: string): LevelState => {
  const groups = level.groups.map((known) =>
    known.group === group ? { ...known, voided: [...known.voided, approver] } : known,
  );
  const elsewhere = groups.some(
    ({ pools, slots, voided }) =>
      pools.length > 0 ||
      (slots.some((slot) => slot.approver === approver) && !voided.includes(approver)),
  );
  return {
    ...level,
    groups,
    votes: elsewhere ? level.votes : level.votes.filter((vote) => vote.approver !== approver),
  };
};

/**
 * Adds a `SlotVoided` for every recorded person who has left, a `VoteWithdrawn` for every vote whose delegate may not
 * vote any more, and answers the level as it stands then.
 */
export const voidLeavers = (
  level: LevelState,
  roster: Roster,
  events: RequestEvent[],
): LevelState => {
  let left = level;
  for (const group of level.groups) {
    for (const { approver } of roster.leavers(group)) {
      events.push({
        type: "SlotVoided",
        data: { level: level.number, group: group.group, approver },
      });
      left = withSlotVoided(left, group.group, approver);
    }
  }
  for (const { approver, votedBy } of left.votes) {
    if (approver === votedBy || isNoPerson(approver) || roster.mayAct(votedBy)) continue;
    events.push({ type: "VoteWithdrawn", data: { level: level.number, votedBy } });
    left = { ...left, votes: left.votes.filter((vote) => vote.votedBy !== votedBy) };
  }
  return left;
};
