import type { Actor } from "@countersign/domain/actor.ts";
import { timerMayApprove } from "./i2-timer.ts";
import { countLevel } from "./level-count.ts";
import type { LogEntry } from "./log-entry.ts";
import { levelPinned, type RequestStory } from "./request-story.ts";

/** Why a level's approval does not follow from the votes before it. */
export const levelCount = (
  entry: LogEntry,
  story: RequestStory,
  data: { readonly level: number; readonly by: Actor },
): string | null => {
  const level = story.levels.get(data.level);
  const pinned = levelPinned(story, data.level);
  if (level?.status !== "open" || pinned === undefined) {
    return `level ${data.level} is approved while it is ${level?.status ?? "waiting"}.`;
  }
  if (data.by.kind === "timer") {
    return timerMayApprove(entry, story, pinned)
      ? null
      : `level ${data.level} is approved by a timer that its policy does not allow.`;
  }
  const { distinctlyMet, vetoed } = countLevel(story, entry, level, pinned);
  if (vetoed) {
    return `level ${data.level} is approved although a deny stands that denies it.`;
  }
  return distinctlyMet
    ? null
    : `level ${data.level} is approved although the votes of those who may answer do not meet its quorums.`;
};
