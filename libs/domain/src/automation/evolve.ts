import type { AutomationEvent, AutomationState } from "./automation.ts";

/** A recipe that has never run. */
export const idleAutomation: AutomationState = { asked: new Map() };

/** The state after one more run. Only what waits for people is kept: the rest is done. */
export const evolveAutomation = (
  state: AutomationState,
  { data }: AutomationEvent,
): AutomationState => {
  if (data.phase === "due" || (data.phase !== "asked" && !state.asked.has(data.run))) return state;
  const asked = new Map(state.asked);
  if (data.phase === "asked") asked.set(data.run, data);
  else asked.delete(data.run);
  return { asked };
};
