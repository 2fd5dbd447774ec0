import { REQUEST_ID } from "@countersign/api-contract/ids.ts";
import type { StoredRequest } from "@countersign/read-models/queue/read-queue.ts";
import { resultText } from "@countersign/messaging/answers.ts";
import type { Reply } from "@countersign/messaging/bus.ts";
import { commandSubject } from "@countersign/messaging/subjects.ts";
import { maySee, standingNow, type Asked } from "../asked.ts";
import { optionalWord, requiredText, wholeNumber } from "../parameters.ts";
import { notFound, yes } from "../reply.ts";
import { withOwnGrant } from "./own-grant.ts";
import type { Known } from "../long-polls.ts";
import { withLocalTimes } from "./local-times.ts";
import { reachMinPosition, type QueuePart } from "./queue-part.ts";

const PEEK_MS = 5_000;
const MAX_WAIT_MS = 60_000;

/** What every request's JSON says of who made it. */
interface Made {
  readonly requester: { readonly kind: string; readonly id: string };
  readonly status: string;
  readonly payload_version: number;
  readonly questions: readonly unknown[];
  readonly caller_paused: boolean;
}

type Shown = Pick<StoredRequest, "doc" | "state">;

/** The request as stored, for who may see it. */
const visible = (
  part: QueuePart,
  { org, viewer }: Asked,
  id: string,
): StoredRequest | undefined => {
  const stored = part.reader.request(org, id);
  if (stored === undefined) return undefined;
  if (!maySee(viewer, stored.requester) && !part.reader.isDecider(org, viewer.principal.id, id))
    throw notFound();
  return stored;
};

/** A request that was created a moment ago may not be projected here yet: the commander knows. */
const peek = async (
  part: QueuePart,
  { org, viewer, message }: Asked,
  id: string,
): Promise<string> => {
  if (part.peekOver === null || !REQUEST_ID.test(id)) throw notFound();
  const reply = await part.peekOver.request(commandSubject(org, "peek-request"), "", {
    headers: { ...message.headers, "Countersign-Target": id },
    timeoutMs: PEEK_MS,
  });
  const doc = resultText(reply);
  if (doc === undefined) throw notFound();
  if (!maySee(viewer, (JSON.parse(doc) as Made).requester)) throw notFound();
  return doc;
};

/** What a caller who is shown this request knows. */
const seenIn = ({ doc, state }: Shown): Known => {
  if (state !== null)
    return {
      version: state.payloadVersion,
      questions: state.dealings?.questions.length ?? 0,
      paused: state.status === "pending" && state.timers?.callerPaused === true,
    };
  const { payload_version: version, questions, caller_paused: paused } = JSON.parse(doc) as Made;
  return { version, questions: questions.length, paused };
};

const waitFor = async (
  part: QueuePart,
  asked: Asked,
  id: string,
  stored: Shown,
  ms: number,
): Promise<string> => {
  const onlyEnd = optionalWord(asked.parameters, "wait_for", ["terminal"]) === "terminal";
  const known = onlyEnd ? null : seenIn(stored);
  const woken = await part.polls.wait(asked.org, id, ms, known);
  // Whoever left, or whose key was revoked, while they waited learns nothing more.
  standingNow(asked.viewer.principal, part.references.of(asked.org));
  return woken ?? part.reader.request(asked.org, id)?.doc ?? stored.doc;
};

/** One request, whole; with `wait_ms` once it has ended, was changed, or the time is over. */
export const requestQuery = (part: QueuePart, asked: Asked): Reply | Promise<Reply> => {
  const { parameters } = asked;
  const id = requiredText(parameters, "id");
  const ms = wholeNumber(parameters, "wait_ms", { from: 0, to: MAX_WAIT_MS, otherwise: 0 });
  const reaching = reachMinPosition(part, parameters);
  const answer = (): Reply | Promise<Reply> => {
    const stored = visible(part, asked, id);
    if (stored === undefined)
      return peek(part, asked, id).then(async (doc) => {
        // Projected while the commander was asked: then everything is here.
        if (part.reader.request(asked.org, id) !== undefined) return answer();
        const { requester, status } = JSON.parse(doc) as Made;
        const waits = ms > 0 && status === "pending";
        const shown = waits ? await waitFor(part, asked, id, { doc, state: null }, ms) : doc;
        return yes(
          withLocalTimes(part, asked, await withOwnGrant(part, asked, requester, id, shown)),
        );
      });
    const shown = (doc: string): Promise<Reply> =>
      withOwnGrant(part, asked, stored.requester, id, doc).then((own) =>
        yes(withLocalTimes(part, asked, own)),
      );
    if (stored.status === "approved") return shown(stored.doc);
    if (ms === 0 || stored.status !== "pending")
      return yes(withLocalTimes(part, asked, stored.doc));
    return waitFor(part, asked, id, stored, ms).then(shown);
  };
  return reaching === undefined ? answer() : reaching.then(answer);
};

/** A request with the people in whose queue it stands: what a live queue shows for a change. */
export const queueEntryQuery = async (part: QueuePart, asked: Asked): Promise<Reply> => {
  const id = requiredText(asked.parameters, "id");
  await reachMinPosition(part, asked.parameters);
  const stored = visible(part, asked, id);
  const standing = part.reader.standing(asked.org, id);
  if (stored === undefined || standing === undefined) throw notFound();
  const { doc, requester } = stored;
  const { now, later, standIns, handedOver } = standing;
  const made = JSON.stringify({ kind: requester.kind, id: requester.id });
  return yes(
    `{"request":${doc},"now":${now},"later":${later},"stand_ins":${standIns},"handed_over":${handedOver},"requester":${made}}`,
  );
};
