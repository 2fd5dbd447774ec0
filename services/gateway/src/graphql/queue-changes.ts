import { voterOf } from "@countersign/domain/request/people/deciders.ts";
import { BoundedQueue } from "../live/bounded-queue.ts";
import { openRequestChanges } from "../live/request-changes.ts";
import { ask, type GraphContext } from "./context.ts";
import type { QueueEntry } from "./entry-memo.ts";
import { wireFilter, type Filter } from "./filter.ts";
import type { WirePage } from "./paging.ts";
import type { WireCounts } from "./query-types.ts";
import type { ListedRequest } from "./request-type.ts";

export interface QueueChange {
  readonly kind: "ADDED" | "UPDATED" | "REMOVED";
  readonly request: ListedRequest;
  readonly counts: WireCounts;
}

const MAX_WAITING = 1000;
/** Rows known at the start: of older ones a change is told as an addition. */
const MAX_KNOWN_PAGES = 5;
const MAX_KNOWN = 10_000;

type Matches = (entry: QueueEntry) => boolean;

const includesText = (text: string | null, wanted: string): boolean =>
  text !== null && text.toLowerCase().includes(wanted);

/** Whether a request belongs into a queue with this filter, as the projector's list would say. */
const matcher = (context: GraphContext, filter: Filter | null | undefined): Matches => {
  const me = context.caller.who.principal;
  const isMine = ({ requester }: QueueEntry["request"]): boolean =>
    requester.kind === me.kind && requester.id === me.id;
  // Agents that a policy names as deciders stand there under the name by which they vote.
  const name = voterOf(me);
  const concernsMe = (spans: QueueEntry["stand_ins"]): boolean => {
    const now = context.live.clock.now();
    return spans.some(({ person, starts, ends }) => person === name && starts <= now && now < ends);
  };
  const isMineNow: Matches = ({ now, handed_over: handedOver }) =>
    now.includes(name) && !concernsMe(handedOver);
  if (filter === null || filter === undefined) {
    return (entry) => isMineNow(entry) || isMine(entry.request);
  }
  const q = filter.q?.toLowerCase();
  const checks: (Matches | null)[] = [
    filter.mine === "now" ? isMineNow : null,
    filter.mine === "later" ? ({ later }) => later.includes(name) : null,
    filter.mine === "delegate" ? ({ stand_ins: standIns }) => concernsMe(standIns) : null,
    filter.mine === "requested" ? ({ request }) => isMine(request) : null,
    filter.status ? ({ request }) => filter.status?.includes(request.status) ?? true : null,
    filter.agent
      ? ({ request: { requester } }) => requester.kind === "agent" && requester.id === filter.agent
      : null,
    filter.action ? ({ request }) => request.action.type === filter.action : null,
    filter.reasonCode
      ? ({ request }) => request.reason_codes.includes(filter.reasonCode ?? "")
      : null,
    filter.gateType ? ({ request }) => request.gate_type === filter.gateType : null,
    filter.approver
      ? ({ now, later }) =>
          now.includes(filter.approver ?? "") || later.includes(filter.approver ?? "")
      : null,
    filter.pipeline ? ({ request }) => request.links["pipeline"] === filter.pipeline : null,
    filter.from ? ({ request }) => request.created_at >= (filter.from ?? "") : null,
    filter.to ? ({ request }) => request.created_at < (filter.to ?? "") : null,
    q
      ? ({ request }) => includesText(request.title, q) || includesText(request.description, q)
      : null,
  ];
  const active = checks.filter((check) => check !== null);
  return (entry) => active.every((check) => check(entry));
};

/** Ids of the rows that stand in the queue now, newest first, as far as they are worth remembering. */
const knownIds = async (
  context: GraphContext,
  filter: Filter | null | undefined,
): Promise<Set<string>> => {
  const lists =
    filter === null || filter === undefined
      ? [{ mine: "now" }, { mine: "requested" }]
      : [wireFilter(filter)];
  const known = new Set<string>();
  for (const list of lists) {
    let after: string | null = null;
    for (let page = 0; page < MAX_KNOWN_PAGES; page++) {
      const answer: WirePage<ListedRequest> = await ask(context, "requests", {
        ...list,
        limit: 100,
        ...(after === null ? {} : { after }),
      });
      for (const { id } of answer.items) known.add(id);
      after = answer.page.next;
      if (after === null) break;
    }
  }
  return known;
};

/** The rows that come into, change in and leave a queue. Attached when it resolves. */
export const queueChanges = async (
  context: GraphContext,
  filter: Filter | null | undefined,
): Promise<AsyncIterableIterator<QueueChange>> => {
  const matches = matcher(context, filter);
  const queue = new BoundedQueue<QueueChange>(MAX_WAITING);
  let known = new Set<string>();
  const changed = async (entry: QueueEntry): Promise<void> => {
    const { request } = entry;
    const here = known.has(request.id);
    const belongs = matches(entry);
    if (!here && !belongs) return;
    if (belongs) known.add(request.id);
    else known.delete(request.id);
    if (known.size > MAX_KNOWN) {
      const [oldest] = known;
      if (oldest !== undefined) known.delete(oldest);
    }
    const counts = await ask<WireCounts>(context, "counts", {});
    queue.push({ kind: belongs ? (here ? "UPDATED" : "ADDED") : "REMOVED", request, counts });
  };
  const changes = await openRequestChanges(context.live, context.entries, context.caller, null, {
    changed,
    ended: () => queue.end(),
  });
  queue.whenEnded(() => changes.close());
  try {
    known = await knownIds(context, filter);
  } catch (error) {
    changes.close();
    throw error;
  }
  changes.start();
  return queue;
};
