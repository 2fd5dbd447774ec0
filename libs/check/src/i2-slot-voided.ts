import { stillThere } from "./eligibility.ts";
import type { LogEntry } from "./log-entry.ts";
import { peopleBehind, type RequestStory } from "./request-story.ts";

/** Why a slot may not be voided: its person has not left, so the bar would fall for nothing. */
export const voidFault = (
  entry: LogEntry,
  story: RequestStory,
  data: { readonly level: number; readonly group: string; readonly approver: string },
): string | null => {
  const { level, group, approver } = data;
  const record = story.levels.get(level)?.groups.find((each) => each.group === group);
  const slot = record?.slots.find((each) => each.approver === approver);
  if (slot === undefined || story.submitted === null) {
    return `a slot of ${approver} is voided in group ${group} of level ${level}, where there is none.`;
  }
  // A child request that could never be made: nothing answers its slot any more, and no bar is lowered by its going.
  if (slot.via.type === "workflow") {
    return null;
  }
  return stillThere(slot, story.submitted, peopleBehind(story, entry))
    ? `the slot of ${approver} in group ${group} of level ${level} is voided although ${approver} has not left.`
    : null;
};
