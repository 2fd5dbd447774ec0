import { levelPinned, type RequestStory } from "./request-story.ts";

/** Why a level cannot begin or be skipped now: levels come in order, fallbacks only when all others were skipped. */
export const orderFault = (story: RequestStory, number: number): string | null => {
  const pinned = levelPinned(story, number);
  if (pinned === undefined || story.chain === null) {
    return `level ${number} is none of the pinned chain.`;
  }
  for (const earlier of story.chain.levels.slice(0, number - 1)) {
    const status = story.levels.get(earlier.number)?.status;
    if (status !== "approved" && status !== "skipped") {
      return `level ${number} begins while level ${earlier.number} is ${status ?? "waiting"}.`;
    }
    if (pinned.fallback && status === "approved") {
      return `fallback level ${number} begins although level ${earlier.number} was approved.`;
    }
  }
  return null;
};
