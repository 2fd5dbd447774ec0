import { parseConsume } from "@countersign/api-contract/grants.ts";
import { loadFold } from "@countersign/application/execute.ts";
import { requestAggregate, type ReadCommand } from "@countersign/application/request.ts";
import { requestStream } from "@countersign/application/streams.ts";
import type { JsonObject } from "@countersign/domain/json.ts";
import type { Reply } from "@countersign/messaging/bus.ts";
import { answerWithRequest } from "../answer.ts";
import type { Decider } from "../decider.ts";
import { bodyOf, envelopeOf, type Incoming } from "../incoming.ts";
import { ownGrant } from "../own-grant.ts";
import { bodyRefusal, no, yes } from "../reply.ts";
import { readExecution } from "./read-commands.ts";

/** The command of a body that spends a grant of this request. */
export const readConsume = async (
  decider: Decider,
  org: string,
  target: string,
  body: JsonObject,
): Promise<ReadCommand> => {
  const parsed = parseConsume(body);
  if (!parsed.ok)
    return {
      command: { type: "consume", grantId: null, payloadHash: null },
      fault: bodyRefusal(parsed.error),
    };
  const { grant, payload_hash: payloadHash } = parsed.value;
  const grantId = await decider.grants.read(grant, org, target);
  return { command: { type: "consume", grantId, payloadHash }, fault: null };
};

/** Spends a grant and gives out what it was given for. The same idempotency key gets the first answer again. */
export const consume = async (decider: Decider, incoming: Incoming): Promise<Reply> => {
  const body = bodyOf(incoming);
  const { org, target } = incoming;
  const outcome = await decider.command(
    envelopeOf(incoming, decider.ids, "consume", body),
    target,
    await readConsume(decider, org, target, body),
  );
  if (!outcome.ok) return no(outcome.refusal);
  const { state } = outcome.fold;
  if (state.status !== "approved" || state.grant === null)
    throw new Error("a grant was spent on a request that has none");
  const { action: payload, grant } = state;
  return yes("done", JSON.stringify({ payload, valid_until: grant.validUntil }));
};

/** What became of it. Who executes for others is told of the execution, and nothing else of the request. */
export const reportExecution = async (decider: Decider, incoming: Incoming): Promise<Reply> => {
  const body = bodyOf(incoming);
  const outcome = await decider.command(
    envelopeOf(incoming, decider.ids, "report-execution", body),
    incoming.target,
    readExecution(body),
  );
  if (!outcome.ok) return no(outcome.refusal);
  const { state } = outcome.fold;
  const { principal } = incoming;
  if (state.status !== "approved") throw new Error("an execution was reported of no approval");
  const { requester, requestId: id } = state.submitted;
  if (requester.kind === principal.kind && requester.id === principal.id)
    return answerWithRequest(outcome, () => "done");
  const { execution } = state;
  return yes(
    "done",
    JSON.stringify({
      id,
      status: state.status,
      execution:
        execution === null
          ? null
          : {
              status: execution.status,
              valid_until: execution.validUntil,
              result: execution.result,
            },
    }),
  );
};

/** For the projector: the signed grant that the requester's own view carries, or null. */
export const signGrant = async (decider: Decider, incoming: Incoming): Promise<Reply> => {
  const stream = requestStream(incoming.org, incoming.target);
  const { request, engine, grants } = decider;
  const { state } =
    request.folds.get(stream) ?? (await loadFold(engine.store, stream, requestAggregate));
  const grant = await ownGrant(state, incoming.principal, grants);
  return yes("done", JSON.stringify({ grant }));
};

/** The public keys of grants, for `/.well-known/countersign/jwks.json`. Anybody may have them. */
export const grantKeys = async (decider: Decider): Promise<Reply> =>
  yes("done", JSON.stringify(decider.grants.publicKeys));
