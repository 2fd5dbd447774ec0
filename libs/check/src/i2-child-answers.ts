import type { RequestEvent, SubmittedFields } from "@countersign/domain/request/events.ts";
import type { History } from "./history.ts";
import { orgOf, violation, type LogEntry, type Violation } from "./log-entry.ts";

type VoteCast = Extract<RequestEvent, { type: "VoteCast" }>["data"];

const ends = {
  RequestApproved: "approved",
  RequestDenied: "denied",
  RequestExpired: "expired",
  RequestCancelled: "cancelled",
} as const;

const isEnd = (type: string): type is keyof typeof ends => Object.hasOwn(ends, type);

const MAX_DEPTH = 3;

const submittedOf = (entries: readonly LogEntry[] | undefined): SubmittedFields | null => {
  const first = entries?.[0];
  return first?.type === "RequestSubmitted" ? (first.data as SubmittedFields) : null;
};

const sameAsker = (child: SubmittedFields, parent: SubmittedFields): boolean =>
  child.requester.kind === parent.requester.kind &&
  child.requester.id === parent.requester.id &&
  child.requester.owner === parent.requester.owner;

/** Why a slot may not be answered in a child request's name; null when the child had ended so before. */
const answerFault = (history: History, entry: LogEntry, vote: VoteCast): string | null => {
  const { votedBy, child, onBehalfOf, decision } = vote;
  if (child === undefined) {
    return onBehalfOf?.startsWith("workflow ") === true
      ? `${votedBy} answers for a child request without being one.`
      : null;
  }
  const stream = history.streams.get(`request-${orgOf(entry)}.${votedBy}`);
  const submitted = submittedOf(stream);
  const end = stream?.find(({ type }) => isEnd(type));
  if (submitted === null || end === undefined || end.position > entry.position) {
    return `the slot of child request ${votedBy} is answered before it ended.`;
  }
  const resolution = isEnd(end.type) ? ends[end.type] : null;
  const parent = entry.stream.slice(entry.stream.indexOf(".") + 1);
  if (submitted.parent?.id !== parent || submitted.parent.level !== vote.level) {
    return `${votedBy} answers a slot that is not its parent's.`;
  }
  return resolution === child && (decision === "approve") === (child === "approved")
    ? null
    : `${votedBy} was ${resolution}, and its slot is answered ${decision} as ${child}.`;
};

/** A level that an edit opens anew asks its children anew, for the payload of the day. */
const opens = (type: string): boolean => type === "LevelOpened" || type === "LevelReopened";

/** Why a child request may not stand under its parent. */
const childFault = (history: History, entry: LogEntry, child: SubmittedFields): string | null => {
  const { parent } = child;
  if (parent === undefined) {
    return null;
  }
  const stream = history.streams.get(`request-${orgOf(entry)}.${parent.id}`);
  const above = submittedOf(stream);
  const isWanted = stream?.some(({ type, data, position }) => {
    if (!opens(type) || position > entry.position) return false;
    const { groups } = data as Extract<RequestEvent, { type: "LevelOpened" }>["data"];
    return groups.some(({ slots }) => slots.some((slot) => slot.child === child.requestId));
  });
  if (above === null || isWanted !== true) {
    return `the child request was made although no slot of ${parent.id} waits for it.`;
  }
  if (!sameAsker(child, above) || child.escalated !== above.escalated) {
    return `the child request has another requester than ${parent.id}, or is judged by other rules.`;
  }
  const policies = child.policies.map(({ id }) => id);
  return parent.depth > MAX_DEPTH || policies.some((id) => parent.path.includes(id))
    ? `the child request lies too deep, or its policy leads back to itself.`
    : null;
};

/**
 * I2 for child requests: a slot that waits for one is answered by that one's own end and as it ended; a child stands
 * for a slot of its parent, with the same requester, and issues no grant (I5).
 */
export const childAnswers = (history: History): Violation[] => {
  const found: Violation[] = [];
  for (const entries of history.category("request")) {
    const submitted = submittedOf(entries);
    for (const entry of entries) {
      const event = { type: entry.type, data: entry.data } as RequestEvent;
      const add = (invariant: string, message: string | null): void => {
        if (message !== null) {
          found.push(violation(invariant, entry, message));
        }
      };
      if (event.type === "VoteCast") add("I2", answerFault(history, entry, event.data));
      if (event.type === "RequestSubmitted") add("I2", childFault(history, entry, event.data));
      if (event.type === "RequestApproved" && submitted?.parent !== undefined) {
        add("I5", event.data.grant === null ? null : "a child request issues a grant.");
      }
    }
  }
  return found;
};
