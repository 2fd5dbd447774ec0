import type { Reference } from "@countersign/domain/reference.ts";
import {
  handOverTimes,
  standInsFor,
  type Span,
} from "@countersign/domain/request/view/queue-delegates.ts";
import {
  decidersStanding,
  queueStanding,
} from "@countersign/domain/request/view/queue-standing.ts";
import type { KnownRequest } from "@countersign/domain/request/state.ts";

/** What changes about a request in the queue, beside its text. */
export interface QueueRow {
  readonly status: KnownRequest["status"];
  /** In whose queue it stands: ids of people, and names under which agents decide. */
  readonly now: readonly string[];
  readonly later: readonly string[];
  /** Who may act for one of those in whose queue it stands now. */
  readonly standIns: readonly Span[];
  /** When those in whose queue it stands now have handed it over and do not answer themselves. */
  readonly handedOver: readonly Span[];
}

/** What is written about a request once. */
export interface QueueEntry {
  readonly id: string;
  readonly createdAt: string;
  readonly rank: number;
  readonly requesterKind: string;
  readonly requester: string;
  readonly action: string;
  readonly gateType: string | null;
  readonly pipeline: string | null;
  readonly reasonCodes: readonly string[];
  readonly searchText: string;
}

const ranks: Readonly<Record<KnownRequest["submitted"]["urgency"], number>> = {
  critical: 0,
  high: 1,
  normal: 2,
  low: 3,
};

/** Characters of prose that can be searched for, a request. */
const SEARCHED = 4_000;

/** The row of a request at one state, with the people of the same moment. Pure. */
export const queueRow = (state: KnownRequest, reference: Reference): QueueRow => {
  const { now, later } = queueStanding(state, reference);
  const deciders = decidersStanding(state, reference);
  return {
    status: state.status,
    now: [...now, ...deciders.now],
    later: [...later, ...deciders.later],
    standIns: standInsFor(state, reference, now),
    handedOver: handOverTimes(state, reference, now),
  };
};

export const queueEntry = ({ submitted, createdAt }: KnownRequest): QueueEntry => {
  const { requestId, title, description, action, requester, links, topic } = submitted;
  const pipeline = links["pipeline"];
  return {
    id: requestId,
    createdAt,
    rank: ranks[submitted.urgency],
    requesterKind: requester.kind,
    requester: requester.id,
    action: action.type,
    gateType: submitted.gateType,
    pipeline: typeof pipeline === "string" ? pipeline : null,
    reasonCodes: submitted.reasonCodes,
    searchText: [title, action.type, requester.id, topic?.id ?? "", description ?? ""]
      .join(" ")
      .slice(0, SEARCHED),
  };
};

/** Everybody who voted, each once: who was an approver of a request that has ended. */
export const votersOf = ({ levels }: KnownRequest): ReadonlySet<string> => {
  const voters = new Set<string>();
  for (const { votes } of levels) for (const { votedBy } of votes) voters.add(votedBy);
  return voters;
};
