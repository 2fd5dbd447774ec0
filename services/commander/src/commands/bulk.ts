import { authorise } from "@countersign/application/authorise.ts";
import { parseBulkApprove, parseBulkDeny, type BulkBody } from "@countersign/api-contract/bulk.ts";
import type { JsonObject } from "@countersign/domain/json.ts";
import type { Refusal } from "@countersign/domain/request/refusals.ts";
import { StoreUnavailable } from "@countersign/event-store/errors.ts";
import type { Reply } from "@countersign/messaging/bus.ts";
import type { Attempts } from "../attempts.ts";
import type { Decider } from "../decider.ts";
import { bodyOf, envelopeOf, type Incoming } from "../incoming.ts";
import { no, yes } from "../reply.ts";
import { readCommands } from "./read-commands.ts";

type Vote = "approve" | "deny";

/** The votes that come in bulk, by their name on the bus. */
export const bulkVotes: ReadonlyMap<string, Vote> = new Map<string, Vote>([
  ["bulk-approve", "approve"],
  ["bulk-deny", "deny"],
]);

type Result =
  | { readonly status: string }
  | {
      readonly status: "error";
      readonly error: Pick<Refusal, "message" | "details"> & { code: string };
    };

const own = <T>(of: Readonly<Record<string, T>>, key: string): T | null =>
  Object.hasOwn(of, key) ? (of[key] ?? null) : null;

/** The body that the single command would have had. */
const single = (vote: Vote, body: BulkBody, id: string): JsonObject => ({
  notes: body.notes,
  payload_hash: own(body.payloadHashes, id),
  level: own(body.levels, id),
  ...(vote === "deny" ? { reason: body.reason } : {}),
});

const castOne = async (
  decider: Decider,
  incoming: Incoming,
  vote: Vote,
  body: JsonObject,
): Promise<Result> => {
  const read = readCommands.get(vote);
  if (read === undefined) throw new Error(`${vote} is no command`);
  try {
    const envelope = envelopeOf(incoming, decider.ids, vote, body);
    const outcome = await decider.command(envelope, incoming.target, read(body));
    return outcome.ok
      ? { status: outcome.fold.state.status }
      : { status: "error", error: outcome.refusal };
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    const message = "The event store cannot be reached; try again.";
    return { status: "error", error: { code: "unavailable", message } };
  }
};

/**
 * Many votes in one message: each is the single command, in order, with the idempotency of the single command under the
 * same key, and one that is refused stops none of the others. Refused attempts are noted one by one.
 */
export const bulk = async (
  vote: Vote,
  attempts: Attempts,
  decider: Decider,
  incoming: Incoming,
): Promise<Reply> => {
  const { principal, org, channel, correlationId } = incoming;
  const refusal = authorise(principal, "decide", decider.engine.references.of(org));
  if (refusal !== null) return no(refusal);
  const parsed = (vote === "approve" ? parseBulkApprove : parseBulkDeny)(bodyOf(incoming));
  if (!parsed.ok) return no(parsed.error);
  const word = vote === "approve" ? "approved" : "denied";
  const summary = { [word]: 0, pending: 0, errors: 0 };
  const results: (Result & { readonly approval_id: string })[] = [];
  for (const id of parsed.value.approvalIds) {
    const item = { ...incoming, target: id };
    const result = await castOne(decider, item, vote, single(vote, parsed.value, id));
    results.push({ approval_id: id, ...result });
    if ("error" in result) {
      const { code } = result.error;
      attempts.note({ principal, code, operation: vote, request: id, channel, correlationId });
    }
    const counted = result.status === "error" ? "errors" : result.status;
    if (counted in summary) summary[counted] = (summary[counted] ?? 0) + 1;
  }
  return yes("done", JSON.stringify({ results, summary }));
};
