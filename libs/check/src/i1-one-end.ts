import type { History } from "./history.ts";
import { violation, type LogEntry, type Violation } from "./log-entry.ts";

const ends = new Set([
  "RequestApproved",
  "RequestDenied",
  "RequestExpired",
  "RequestCancelled",
  "RequestAbandoned",
  "ValidationFailed",
]);

/** What may follow an end: delivery and execution. */
const afterwards = new Set(["GrantConsumed", "ExecutionReported", "DeliveryStuck"]);

/** A failed validation is recorded with the cancellation that it causes. */
const cancelledByValidation = (end: LogEntry, entry: LogEntry): boolean =>
  end.type === "ValidationFailed" &&
  entry.type === "RequestCancelled" &&
  entry.metadata.commandId === end.metadata.commandId;

/** I1: a request is asked once, ends at most once, and after its end there is nothing but delivery and execution. */
export const oneEnd = (history: History): Violation[] => {
  const found: Violation[] = [];
  const add = (entry: LogEntry, message: string) => found.push(violation("I1", entry, message));
  for (const entries of history.category("request")) {
    let end: LogEntry | null = null;
    entries.forEach((entry, index) => {
      const opens = entry.type === "RequestSubmitted" || entry.type === "RequestAbandoned";
      if (index === 0 && !opens) {
        add(entry, `${entry.type} stands before the request was submitted.`);
      } else if (index > 0 && opens) {
        add(entry, `${entry.type} in a request that was there already.`);
      }
      if (end !== null && !afterwards.has(entry.type) && !cancelledByValidation(end, entry)) {
        add(entry, `${entry.type} after ${end.type} had ended the request.`);
      }
      if (ends.has(entry.type)) {
        end = entry;
      }
    });
  }
  return found;
};
