import { authorise } from "@countersign/application/authorise.ts";
import type { Envelope } from "@countersign/application/envelope.ts";
import { parseBulkApprove, parseBulkDeny, type BulkBody } from "@countersign/api-contract/bulk.ts";
import type { Parsed } from "@countersign/api-contract/errors.ts";
import type { JsonObject } from "@countersign/domain/json.ts";
import type { Refusal } from "@countersign/domain/request/refusals.ts";
import { StoreUnavailable } from "@countersign/event-store/errors.ts";
import type { Reply } from "@countersign/messaging/bus.ts";
import type { Attempts } from "../attempts.ts";
import type { Decider } from "../decider.ts";
import { bodyOf, envelopeOf, type Incoming } from "../incoming.ts";
import { no, yes } from "../reply.ts";
import { readCommands } from "./read-commands.ts";

/** A vote that may be cast in bulk. */
export type BulkVote = "approve" | "deny";

/** The votes that come in bulk, by their name on the bus. */
export const bulkVotes: ReadonlyMap<string, BulkVote> = new Map<string, BulkVote>([
  ["bulk-approve", "approve"],
  ["bulk-deny", "deny"],
]);

/** What became of one of them. */
type Result =
  | { readonly status: string }
  | {
      readonly status: "error";
      readonly error: Pick<Refusal, "message" | "details"> & { code: string };
    };

const own = <T>(of: Readonly<Record<string, T>>, key: string): T | null =>
  Object.hasOwn(of, key) ? (of[key] ?? null) : null;

/** The body that the single command would have had. */
const single = (vote: BulkVote, body: BulkBody, id: string): JsonObject => ({
  notes: body.notes,
  payload_hash: own(body.payloadHashes, id),
  level: own(body.levels, id),
  ...(vote === "deny" ? { reason: body.reason } : {}),
});

const castOne = async (
  decider: Decider,
  envelope: Envelope,
  vote: BulkVote,
  id: string,
  body: JsonObject,
): Promise<Result> => {
  const read = readCommands.get(vote);
  if (read === undefined) throw new Error(`${vote} is no command`);
  try {
    const outcome = await decider.command(envelope, id, read(body));
    return outcome.ok
      ? { status: outcome.fold.state.status }
      : { status: "error", error: outcome.refusal };
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    const message = "The event store cannot be reached; try again.";
    return { status: "error", error: { code: "unavailable", message } };
  }
};

/** The body of a bulk vote, checked. */
export const parseBulk = (vote: BulkVote, body: unknown): Parsed<BulkBody> =>
  (vote === "approve" ? parseBulkApprove : parseBulkDeny)(body);

/** Casts the votes one by one, in order; one that is refused stops none of the others. */
export const castEach = async (
  decider: Decider,
  vote: BulkVote,
  body: BulkBody,
  envelopeFor: (id: string, body: JsonObject) => Envelope,
): Promise<readonly (Result & { readonly approval_id: string })[]> => {
  const results: (Result & { readonly approval_id: string })[] = [];
  for (const id of body.approvalIds) {
    const one = single(vote, body, id);
    const result = await castOne(decider, envelopeFor(id, one), vote, id, one);
    results.push({ approval_id: id, ...result });
  }
  return results;
};

/**
 * Many votes in one message: each is the single command, in order, with the idempotency of the single command under the
 * same key, and one that is refused stops none of the others. Refused attempts are noted one by one.
 */
export const bulk = async (
  vote: BulkVote,
  attempts: Attempts,
  decider: Decider,
  incoming: Incoming,
): Promise<Reply> => {
  const { principal, org, channel, correlationId } = incoming;
  const refusal = authorise(principal, "decide", decider.engine.references.of(org));
  if (refusal !== null) return no(refusal);
  const parsed = parseBulk(vote, bodyOf(incoming));
  if (!parsed.ok) return no(parsed.error);
  const word = vote === "approve" ? "approved" : "denied";
  const summary = { [word]: 0, pending: 0, errors: 0 };
  const results = await castEach(decider, vote, parsed.value, (id, body) =>
    envelopeOf({ ...incoming, target: id }, decider.ids, vote, body),
  );
  for (const result of results) {
    if ("error" in result) {
      const { code } = result.error;
      const request = result.approval_id;
      attempts.note({ principal, code, operation: vote, request, channel, correlationId });
    }
    const counted = result.status === "error" ? "errors" : result.status;
    if (counted in summary) summary[counted] = (summary[counted] ?? 0) + 1;
  }
  return yes("done", JSON.stringify({ results, summary }));
};
