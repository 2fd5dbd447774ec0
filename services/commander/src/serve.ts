import { StoreUnavailable } from "@countersign/event-store/errors.ts";
import type { Bus, BusSubscription, Message, Reply } from "@countersign/messaging/bus.ts";
import { commandPattern, parseSubject } from "@countersign/messaging/subjects.ts";
import type { Log } from "@countersign/runtime/log.ts";
import { issueApiKey, refuseRevoked, resolveApiKey, revokeApiKey } from "./commands/api-keys.ts";
import { attach } from "./commands/attach.ts";
import { bulk, bulkVotes, type BulkVote } from "./commands/bulk.ts";
import { putAgent, putPerson, putRole, removePerson } from "./commands/directory.ts";
import { delegate, importDelegations, revokeDelegation } from "./commands/delegations.ts";
import { consume, grantKeys, reportExecution, signGrant } from "./commands/grants.ts";
import { evaluate } from "./commands/evaluate.ts";
import { importDefinitions } from "./commands/import-definitions.ts";
import { lintDefinitions } from "./commands/lint-definitions.ts";
import { noteAttempt } from "./commands/note-attempt.ts";
import { onRequest } from "./commands/on-request.ts";
import { peekRequest } from "./commands/peek-request.ts";
import { readCommands, readContext, readRecommendation } from "./commands/read-commands.ts";
import { requestApproval } from "./commands/request-approval.ts";
import { requestTransition } from "./commands/request-transition.ts";
import { retireDefinition } from "./commands/retire-definition.ts";
import { simulate } from "./commands/simulate.ts";
import { signal } from "./commands/signals.ts";
import { createStandingGrant, revokeStandingGrant } from "./commands/standing-grants.ts";
import type { Attempts } from "./attempts.ts";
import type { Decider } from "./decider.ts";
import { readIncoming, type Incoming } from "./incoming.ts";
import { no, Refused, refusedCode } from "./reply.ts";

export type CommandHandler = (decider: Decider, incoming: Incoming) => Promise<Reply>;

/** Every command by its name on the bus. */
export const handlers: ReadonlyMap<string, CommandHandler> = new Map<string, CommandHandler>([
  ["request-approval", requestApproval],
  ["evaluate", evaluate],
  ...[...readCommands].map(([name, read]): [string, CommandHandler] => [
    name,
    onRequest(name, read),
  ]),
  ["attach-context", attach("attach-context", readContext)],
  ["attach-recommendation", attach("attach-recommendation", readRecommendation)],
  ["consume", consume],
  ["report-execution", reportExecution],
  ["sign-grant", signGrant],
  ["request-transition", requestTransition],
  ["import-definitions", importDefinitions],
  ["lint-definitions", lintDefinitions],
  ["retire-definition", retireDefinition],
  ["simulate", simulate],
  ["delegate", delegate],
  ["revoke-delegation", revokeDelegation],
  ["import-delegations", importDelegations],
  ["put-person", putPerson],
  ["remove-person", removePerson],
  ["put-role", putRole],
  ["put-agent", putAgent],
  ["issue-api-key", issueApiKey],
  ["revoke-api-key", revokeApiKey],
  ["create-standing-grant", createStandingGrant],
  ["revoke-standing-grant", revokeStandingGrant],
  ["signal", signal],
  ["peek-request", peekRequest],
]);

/** The answer to a command that threw: a refusal, `unavailable`, or (a bug) `internal`. */
const answerToFailure = (error: unknown, log: Log): Reply => {
  if (error instanceof Refused) return no(error.error);
  if (error instanceof StoreUnavailable) {
    log.warn({ err: error }, "a command found the event store unavailable");
    return no({
      code: "unavailable",
      message: "The event store cannot be reached; try again.",
    });
  }
  log.error({ err: error }, "a command failed");
  return no({ code: "internal", message: "Something went wrong here; it was recorded." });
};

/** Answers commands from the bus. */
export const serveCommands = (
  bus: Bus,
  decider: Decider,
  attempts: Attempts,
  log: Log,
): BusSubscription => {
  const answering = async (work: () => Reply | Promise<Reply>): Promise<Reply> => {
    try {
      return await work();
    } catch (error) {
      return answerToFailure(error, log);
    }
  };
  /** A bulk vote notes by itself which of its votes were refused. */
  const many = (vote: BulkVote, message: Message): Promise<Reply> => {
    const incoming = readIncoming(message);
    refuseRevoked(decider, incoming.principal);
    return bulk(vote, attempts, decider, incoming);
  };
  const one = async (name: string, handler: CommandHandler, message: Message): Promise<Reply> => {
    let incoming: Incoming | undefined;
    let reply: Reply;
    try {
      incoming = readIncoming(message);
      refuseRevoked(decider, incoming.principal);
      reply = await handler(decider, incoming);
    } catch (error) {
      reply = answerToFailure(error, log);
    }
    const code = refusedCode(reply);
    if (incoming !== undefined && code !== null) {
      const { principal, target, channel, correlationId } = incoming;
      const request = target.startsWith("apr_") ? target : null;
      attempts.note({ principal, code, operation: name, request, channel, correlationId });
    }
    return reply;
  };
  return bus.serve(commandPattern(), "commander", (message: Message): Reply | Promise<Reply> => {
    const subject = parseSubject(message.subject);
    const name = subject?.kind === "command" ? subject.name : "";
    if (name === "grant-keys") return grantKeys(decider);
    if (name === "resolve-api-key") return resolveApiKey(decider, subject?.org ?? "", message.body);
    if (name === "note-attempt")
      return answering(() => noteAttempt(attempts, readIncoming(message)));
    const vote = bulkVotes.get(name);
    if (vote !== undefined) return answering(() => many(vote, message));
    const handler = handlers.get(name);
    return handler === undefined
      ? no({ code: "not-found", message: "There is no such command." })
      : one(name, handler, message);
  });
};
