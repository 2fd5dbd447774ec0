import type { RecordedEvent } from "@countersign/event-store/event-store.ts";
import type { Publication } from "@countersign/messaging/bus.ts";
import type { TakenIn } from "./ledger.ts";
import { orgOfStream } from "@countersign/application/streams.ts";

/** A request as the log leaves it. */
interface Left {
  ended: boolean;
  expiresAt: string | null;
  readonly topic: { readonly workflow: string; readonly id: string } | null;
}

/** A stream name's part, as `topic-<org>.<workflow>.<base64url id>` has it. */
const topicStreamOf = (org: string, topic: NonNullable<Left["topic"]>): string =>
  `topic-${org}.${topic.workflow}.${Buffer.from(topic.id).toString("base64url")}`;

/**
 * I20: a minute after the last fault nothing is left. No request is overdue, no topic waits for a request that has
 * ended or is not there, and no request waits for the sake of a topic that no longer waits for it.
 */
export const judgeRest = (log: readonly RecordedEvent[], now: number): string[] => {
  const found: string[] = [];
  const requests = new Map<string, Left>();
  const waiting = new Map<string, readonly string[]>();
  const waits = (stream: string, topic: NonNullable<Left["topic"]>, id: string): boolean =>
    waiting.get(topicStreamOf(orgOfStream(stream), topic))?.includes(id) ?? false;
  for (const { stream, type, data } of log) {
    if (type === "RequestSubmitted") {
      const { expiresAt, topic } = JSON.parse(data) as Omit<Left, "ended">;
      requests.set(stream, { ended: false, expiresAt, topic });
      const id = stream.slice(stream.lastIndexOf(".") + 1);
      if (topic !== null && !waits(stream, topic, id))
        found.push(`I20: ${stream} was made when its topic no longer waited for it`);
    } else if (/^Request(Approved|Denied|Expired|Cancelled)$/.test(type)) {
      const request = requests.get(stream);
      if (request !== undefined) request.ended = true;
    } else if (type === "ExpiryExtended") {
      const request = requests.get(stream);
      if (request !== undefined) request.expiresAt = (JSON.parse(data) as Left).expiresAt;
    } else if (type === "TransitionBlocked") {
      waiting.set(stream, (JSON.parse(data) as { approvalIds: string[] }).approvalIds);
    } else if (type === "TransitionCompleted" || type === "TransitionRejected") {
      waiting.delete(stream);
    }
  }
  for (const [stream, ids] of waiting)
    for (const id of ids) {
      const request = requests.get(`request-${orgOfStream(stream)}.${id}`);
      if (request === undefined) found.push(`I20: ${stream} waits for ${id}, which is not there`);
      else if (request.ended) found.push(`I20: ${stream} waits for ${id}, which has ended`);
    }
  for (const [stream, { ended, expiresAt, topic }] of requests) {
    if (ended) continue;
    if (expiresAt !== null && Date.parse(expiresAt) < now - 5_000)
      found.push(`I20: ${stream} is overdue since ${expiresAt}`);
    if (topic === null) continue;
    const id = stream.slice(stream.lastIndexOf(".") + 1);
    if (!waits(stream, topic, id))
      found.push(`I20: ${stream} is pending for a topic that does not wait for it`);
  }
  return found;
};

/**
 * I13: what the broker was given is what stands in the log, every event at least once, and of each stream in order:
 * an event may come again, but never for the first time before one that stands before it.
 */
export const judgePublished = (
  log: readonly RecordedEvent[],
  published: readonly Publication[],
): string[] => {
  const found: string[] = [];
  const places = new Map(
    log.map(({ eventId, stream, revision }) => [eventId, { stream, revision }]),
  );
  const next = new Map<string, bigint>();
  const seen = new Set<string>();
  for (const { id, subject } of published) {
    const place = places.get(id);
    if (place === undefined) {
      found.push(`I13: ${id} was published on ${subject} and is not in the log`);
      continue;
    }
    if (seen.has(id)) continue;
    seen.add(id);
    const { stream, revision } = place;
    const expected = next.get(stream) ?? 0n;
    if (revision !== expected)
      found.push(`I13: ${stream} was published at ${revision} where ${expected} is next`);
    next.set(stream, revision + 1n);
  }
  const missing = log.length - seen.size;
  if (missing > 0) found.push(`I13: ${missing} of ${log.length} events were never published`);
  return found;
};

/** I11, for what other services sent: since the broker last lost everything, each is in the log or a dead letter. */
export const judgeTakenIn = (
  log: readonly RecordedEvent[],
  published: readonly Publication[],
  takenIn: readonly TakenIn[],
  since: number,
): string[] => {
  const known = [
    ...log.filter(({ type }) => type === "RequestSubmitted").map(({ data }) => data),
    ...published.filter(({ subject }) => subject.includes(".dead.")).map(({ body }) => body),
  ].join("\n");
  return takenIn
    .filter(({ at, title }) => at > since && !known.includes(`"title":"${title}"`))
    .map(
      ({ title, producer }) => `I11: ${title} of ${producer} is neither taken in nor a dead letter`,
    );
};
