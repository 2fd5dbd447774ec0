import { voterOf } from "@countersign/domain/request/people/deciders.ts";
import { BoundedQueue } from "../live/bounded-queue.ts";
import { openRequestChanges } from "../live/request-changes.ts";
import { ask, type GraphContext } from "./context.ts";
import type { QueueEntry } from "./entry-memo.ts";
import { makeTurns, turnsOf } from "./queue-turns.ts";
import { wireFilter, type Filter } from "./filter.ts";
import type { WirePage } from "./paging.ts";
import type { WireCounts } from "./query-types.ts";
import { withoutOwnTimes, type ListedRequest } from "./request-type.ts";

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

/** Whether a request belongs into a queue with this filter, as the projector's list would say; see `needsList`. */
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
  const { status } = filter;
  const checks: (Matches | null)[] = [
    filter.mine === "now" ? isMineNow : null,
    filter.mine === "later" ? ({ later }) => later.includes(name) : null,
    filter.mine === "delegate" ? ({ stand_ins: standIns }) => concernsMe(standIns) : null,
    filter.mine === "requested" ? ({ request }) => isMine(request) : null,
    status && status.length > 0 ? ({ request }) => status.includes(request.status) : null,
    filter.agent
      ? ({ request: { requester } }) => requester.kind === "agent" && requester.id === filter.agent
      : null,
    filter.action ? ({ request }) => request.action.type === filter.action : null,
    filter.reasonCode
      ? ({ request }) => request.reason_codes.includes(filter.reasonCode ?? "")
      : null,
    filter.gateType ? ({ request }) => request.gate_type === filter.gateType : null,
    filter.pipeline ? ({ request }) => request.links["pipeline"] === filter.pipeline : null,
    filter.from ? ({ request }) => request.created_at >= (filter.from ?? "") : null,
    filter.to ? ({ request }) => request.created_at < (filter.to ?? "") : null,
  ];
  const active = checks.filter((check) => check !== null);
  return (entry) => active.every((check) => check(entry));
};

/** Words are found, and voters remembered, in the list alone. */
const needsList = (filter: Filter | null | undefined): boolean =>
  typeof filter?.q === "string" || typeof filter?.approver === "string";

/** Whether the directory and delegations have a say in what stands in the queue. */
const dependsOnPeople = (filter: Filter | null | undefined): boolean =>
  filter === null ||
  filter === undefined ||
  typeof filter.approver === "string" ||
  (typeof filter.mine === "string" && filter.mine !== "requested");

interface Known {
  readonly ids: Set<string>;
  /** False where more stand in the queue than are worth remembering. */
  readonly isAll: boolean;
}

/** Asks the projector to have come that far; null: whatever it knows. */
const notBefore = (position: bigint | null): { readonly min_position?: string } =>
  position === null ? {} : { min_position: String(position) };

/** Ids of the rows that stand in the queue now, newest first, as far as they are worth remembering. */
const knownIds = async (
  context: GraphContext,
  filter: Filter | null | undefined,
  position: bigint | null,
): Promise<Known> => {
  const lists =
    filter === null || filter === undefined
      ? [{ mine: "now" }, { mine: "requested" }]
      : [wireFilter(filter)];
  const ids = new Set<string>();
  let isAll = true;
  for (const list of lists) {
    let after: string | null = null;
    for (let page = 0; page < MAX_KNOWN_PAGES; page++) {
      const answer: WirePage<ListedRequest> = await ask(context, "requests", {
        ...list,
        limit: 100,
        ...notBefore(position),
        ...(after === null ? {} : { after }),
      });
      for (const { id } of answer.items) ids.add(id);
      after = answer.page.next;
      if (after === null) break;
    }
    isAll &&= after === null;
  }
  return { ids, isAll };
};

/** The rows that come into, change in and leave a queue. Attached when it resolves. */
export const queueChanges = async (
  context: GraphContext,
  filter: Filter | null | undefined,
): Promise<AsyncIterableIterator<QueueChange>> => {
  const matches = matcher(context, filter);
  const isIn = async (entry: QueueEntry, position: string): Promise<boolean> => {
    if (!matches(entry) || !needsList(filter)) return matches(entry);
    const { id } = entry.request;
    const narrowed = { ...wireFilter(filter), id, min_position: position, limit: 1 };
    return (await ask<WirePage<ListedRequest>>(context, "requests", narrowed)).items.length > 0;
  };
  const me = voterOf(context.caller.who.principal);
  const isOfPeople = dependsOnPeople(filter);
  const queue = new BoundedQueue<QueueChange>(MAX_WAITING);
  let known = new Set<string>();
  const tell = async (entry: QueueEntry, position: string, isUpdate: boolean): Promise<void> => {
    const request = withoutOwnTimes(entry.request);
    const here = known.has(request.id);
    const belongs = await isIn(entry, position);
    if (!belongs && !here) return;
    if (belongs && here && !isUpdate) return;
    if (belongs) known.add(request.id);
    else known.delete(request.id);
    if (known.size > MAX_KNOWN) {
      const [oldest] = known;
      if (oldest !== undefined) known.delete(oldest);
    }
    const counts = await ask<WireCounts>(context, "counts", { min_position: position });
    queue.push({ kind: belongs ? (here ? "UPDATED" : "ADDED") : "REMOVED", request, counts });
  };
  const turns = makeTurns(context.live.clock, () => changes.turn());
  const nextTurn = async (position: bigint | null): Promise<void> => {
    const asked = { turns: true, ...notBefore(position) };
    const { turns_at: at } = await ask<WireCounts>(context, "counts", asked);
    // What is to come for the projector may be over by this clock: then it is looked at again until it came there too.
    if (typeof at === "number") turns.expect(Math.max(at, context.live.clock.now()));
  };
  const peopleChanged = async (position: bigint | null): Promise<void> => {
    await nextTurn(position);
    const { ids, isAll } = await knownIds(context, filter, position);
    const came = [...ids].filter((id) => !known.has(id));
    const left = isAll ? [...known].filter((id) => !ids.has(id)) : [];
    for (const id of [...came, ...left]) {
      const entry =
        position === null
          ? await context.entries.readAnew(context.caller, id)
          : await context.entries.read(context.caller, id, position);
      if (entry !== null) await tell(entry, String(position ?? entry.request.position), false);
    }
  };
  const changes = await openRequestChanges(context.live, context.entries, context.caller, null, {
    changed: (entry) => {
      if (isOfPeople) for (const at of turnsOf(entry, me)) turns.expect(at);
      return tell(entry, entry.request.position, true);
    },
    ...(isOfPeople ? { peopleChanged } : {}),
    ended: () => queue.end(),
  });
  queue.whenEnded(() => {
    turns.close();
    changes.close();
  });
  try {
    if (isOfPeople) await nextTurn(null);
    known = (await knownIds(context, filter, null)).ids;
  } catch (error) {
    queue.end();
    throw error;
  }
  changes.start();
  return queue;
};
