import type { History } from "./history.ts";
import { violation, type Violation } from "./log-entry.ts";

/** A log is whole when positions ascend and every stream counts 0, 1, 2 …: otherwise nothing else can be believed. */
export const logOrder = (history: History): Violation[] => {
  const found: Violation[] = [];
  let last = -1n;
  for (const entry of history.log) {
    if (entry.position <= last) {
      found.push(violation("log", entry, `position ${entry.position} does not follow ${last}.`));
    }
    last = entry.position;
  }
  for (const entries of history.streams.values()) {
    entries.forEach((entry, index) => {
      if (entry.revision !== BigInt(index)) {
        const message = `revision ${entry.revision} stands where ${index} belongs.`;
        found.push(violation("log", entry, message));
      }
    });
  }
  return found;
};
