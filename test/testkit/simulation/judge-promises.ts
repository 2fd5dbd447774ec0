import type { RecordedEvent } from "@countersign/event-store/event-store.ts";
import type { JsonObject } from "@countersign/domain/json.ts";
import { derivedRequestId } from "@countersign/application/derived-ids.ts";
import { idOfStream, orgOfStream } from "@countersign/application/streams.ts";
import type { Acknowledged, Ledger } from "./ledger.ts";

interface Submitted {
  readonly requestId: string;
  readonly title: string;
  readonly dedupe: string | null;
  readonly requester: { readonly kind: string; readonly id: string };
}

/** The log sorted for looking things up. */
const sorted = (log: readonly RecordedEvent[]) => {
  const byStream = new Map<string, RecordedEvent[]>();
  const byTitle = new Map<string, { readonly id: string; readonly place: number }[]>();
  for (const [place, event] of log.entries()) {
    const stream = byStream.get(event.stream);
    if (stream === undefined) byStream.set(event.stream, [event]);
    else stream.push(event);
    if (event.type !== "RequestSubmitted") continue;
    const { title, requestId } = JSON.parse(event.data) as Submitted;
    const known = byTitle.get(title) ?? [];
    known.push({ id: requestId, place });
    byTitle.set(title, known);
  }
  return { byStream, byTitle };
};

type Sorted = ReturnType<typeof sorted>;

/** An entry of the directory as it was answered, and as the event that made it has it. */
const same = (event: JsonObject, answered: JsonObject): boolean =>
  (answered["role"] === undefined
    ? event["id"] === answered["id"] && event["active"] === answered["active"]
    : event["role"] === answered["role"]) &&
  JSON.stringify(event["members"]) === JSON.stringify(answered["members"]);

const brokenPromise = ({ byStream, byTitle }: Sorted, entry: Acknowledged): string | null => {
  switch (entry.kind) {
    case "asked": {
      const made = byTitle.get(entry.title) ?? [];
      if (made.some(({ id }) => id === entry.id)) return null;
      return `I11: ${entry.title} was acknowledged as ${entry.id} and is not in the log`;
    }
    case "voted": {
      const stream = byStream.get(`request-${entry.org}.${entry.id}`) ?? [];
      const cast = stream.some(
        ({ type, data }) =>
          type === "VoteCast" &&
          data.includes(`"decision":"${entry.decision}"`) &&
          data.includes(`"votedBy":"${entry.person}"`),
      );
      return cast ? null : `I11: ${entry.person}'s vote on ${entry.id} is not in the log`;
    }
    case "cancelled": {
      const stream = byStream.get(`request-${entry.org}.${entry.id}`) ?? [];
      const count = stream.filter(({ type }) => type === "RequestCancelled").length;
      return count === 1 ? null : `I12: ${entry.id} was cancelled ${count} times`;
    }
    case "moved": {
      const topic = Buffer.from(entry.topic).toString("base64url");
      const stream = byStream.get(`topic-${entry.org}.release.${topic}`) ?? [];
      const ids = entry.approvalIds;
      const found = stream.some(({ type, data }) =>
        ids === null
          ? type === "TransitionCompleted" && data.includes(`"to":"${entry.to}"`)
          : type === "TransitionBlocked" && ids.every((id) => data.includes(id)),
      );
      return found ? null : `I11: the move of ${entry.topic} to ${entry.to} is not in the log`;
    }
    case "directory": {
      const stream = byStream.get(`directory-${entry.org}.main`) ?? [];
      const found = stream.some(({ data }) => same(JSON.parse(data) as JsonObject, entry.entry));
      return found ? null : `I11: ${JSON.stringify(entry.entry)} is not in the directory's log`;
    }
  }
};

/** At most one pending request for a requester's dedupe key, at every place of the log. */
const twoPending = (log: readonly RecordedEvent[]): string[] => {
  const found: string[] = [];
  const holders = new Map<string, Set<string>>();
  const keys = new Map<string, string>();
  for (const { stream, type, data } of log) {
    if (type === "RequestSubmitted") {
      const { dedupe, requester, title } = JSON.parse(data) as Submitted;
      if (dedupe === null) continue;
      const key = `${orgOfStream(stream)} ${requester.kind} ${requester.id} ${dedupe}`;
      const pending = holders.get(key) ?? new Set<string>();
      if (pending.size > 0)
        found.push(`A4: ${title} is pending beside ${[...pending].join()} with the key ${key}`);
      holders.set(key, pending.add(stream));
      keys.set(stream, key);
    } else if (/^Request(Approved|Denied|Expired|Cancelled)$/.test(type)) {
      holders.get(keys.get(stream) ?? "")?.delete(stream);
    }
  }
  return found;
};

/** Holds the log against everything that clients were promised: acknowledged is there (I11), and once (I12). */
export const judgePromises = (log: readonly RecordedEvent[], ledger: Ledger): string[] => {
  const all = sorted(log);
  const found = [...ledger.faults, ...twoPending(log)];
  const keys = new Map<string, string>();
  for (const entry of ledger.acknowledged) {
    const broken = brokenPromise(all, entry);
    if (broken !== null) found.push(broken);
    if (entry.kind !== "asked") continue;
    const made = all.byTitle.get(entry.title) ?? [];
    if (made.length !== 1) found.push(`I12: ${entry.title} stands ${made.length} times in the log`);
    if (entry.key === null) continue;
    const before = keys.get(entry.key);
    if (before !== undefined && before !== entry.id)
      found.push(`I12: the key ${entry.key} made ${before} and ${entry.id}`);
    keys.set(entry.key, entry.id);
  }
  for (const { title, code, sentAt } of ledger.refusedAsks) {
    // Who it is comes before what was done before: a member who was switched off learns nothing else.
    if (code === "unauthenticated") continue;
    const [made] = all.byTitle.get(title) ?? [];
    if (made !== undefined && made.place < sentAt)
      found.push(`I12: ${title} stood in the log when it was asked again and refused ${code}`);
  }
  for (const { org, producer, source, id, title } of ledger.takenIn) {
    const made = all.byTitle.get(title) ?? [];
    const wanted = derivedRequestId("intake", org, producer, source, id);
    if (made.length > 1 || made.some((each) => each.id !== wanted))
      found.push(`I12: ${title} of ${producer} was taken in ${made.length} times`);
  }
  for (const [stream, events] of all.byStream) {
    if (!stream.startsWith("request-")) continue;
    const first = events[0];
    if (first?.type !== "RequestSubmitted" && first?.type !== "RequestAbandoned")
      found.push(`log: ${idOfStream(stream)} begins with ${first?.type ?? "nothing"}`);
  }
  return found;
};
