import { REQUEST_ID } from "@countersign/api-contract/ids.ts";
import { position } from "../edge/query-values.ts";
import { notFound } from "../edge/refused.ts";
import { BoundedQueue } from "../live/bounded-queue.ts";
import { openReplay } from "../live/replay.ts";
import { openRequestChanges } from "../live/request-changes.ts";
import { builder } from "./builder.ts";
import { ask, type GraphContext } from "./context.ts";
import { ChangeKind } from "./enums.ts";
import { readCloudEvent, type WireEvent } from "./cloud-event.ts";
import { ApprovalFilter } from "./filter.ts";
import { queueChanges, type QueueChange } from "./queue-changes.ts";
import { QueueCounts } from "./query-types.ts";
import { ApprovalRequest, withoutOwnTimes, type ListedRequest } from "./request-type.ts";

const MAX_WAITING = 1000;

const QueueChangeType = builder.objectRef<QueueChange>("QueueChange").implement({
  description: "A row came into, changed in or left the queue; it is shown as it stands now.",
  fields: (t) => ({
    kind: t.expose("kind", { type: ChangeKind }),
    request: t.expose("request", { type: ApprovalRequest }),
    counts: t.expose("counts", { type: QueueCounts }),
  }),
});

const ApprovalEvent = builder.objectRef<WireEvent>("ApprovalEvent").implement({
  description: "A CloudEvent: what happened, with its place in the whole log.",
  fields: (t) => ({
    id: t.exposeID("id"),
    position: t.exposeString("position"),
    event: t.exposeString("event"),
    subject: t.exposeString("subject", { nullable: true }),
    org: t.exposeString("org"),
    at: t.expose("at", { type: "DateTime" }),
    data: t.expose("data", { type: "JSON" }),
  }),
});

/** One request, first as it is and then after every change. */
const requestChanges = async (
  context: GraphContext,
  id: string,
): Promise<AsyncIterableIterator<ListedRequest>> => {
  if (!REQUEST_ID.test(id)) throw notFound();
  const queue = new BoundedQueue<ListedRequest>(MAX_WAITING);
  const changes = await openRequestChanges(context.live, context.entries, context.caller, id, {
    changed: ({ request }) => queue.push(withoutOwnTimes(request)),
    ended: () => queue.end(),
  });
  queue.whenEnded(() => changes.close());
  try {
    queue.push(await ask<ListedRequest>(context, "request", { id }));
  } catch (error) {
    changes.close();
    throw error;
  }
  changes.start();
  return queue;
};

const eventsFrom = async (
  context: GraphContext,
  after: string | null,
): Promise<AsyncIterableIterator<WireEvent>> => {
  const replay = await openReplay(context.live, context.caller, after);
  const queue = new BoundedQueue<WireEvent>(MAX_WAITING);
  queue.whenEnded(() => replay.close());
  replay.start({
    event: ({ text }) => queue.push(readCloudEvent(text)),
    ended: () => queue.end(),
  });
  return queue;
};

builder.subscriptionType({
  fields: (t) => ({
    queueChanged: t.field({
      type: QueueChangeType,
      args: { filter: t.arg({ type: ApprovalFilter }) },
      subscribe: (_root, { filter }, context) => queueChanges(context, filter),
      resolve: (change) => change,
    }),
    approvalRequestChanged: t.field({
      type: ApprovalRequest,
      args: { id: t.arg.id({ required: true }) },
      subscribe: (_root, { id }, context) => requestChanges(context, id),
      resolve: (request) => request,
    }),
    events: t.field({
      type: ApprovalEvent,
      args: { after: t.arg.string() },
      subscribe: (_root, { after }, context) =>
        eventsFrom(context, typeof after === "string" ? String(position(after, "after")) : null),
      resolve: (event) => event,
    }),
  }),
});
