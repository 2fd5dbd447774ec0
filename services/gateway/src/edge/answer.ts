import type { Reply } from "@countersign/messaging/bus.ts";
import type { FastifyReply, FastifyRequest } from "fastify";
import { errorOf, JSON_TYPE, readWireError, sendError } from "./errors.ts";
import type { Caller } from "./inner.ts";
import type { Log } from "./log.ts";
import { Refused } from "./refused.ts";

/** How every yes on the bus begins; what follows, but for the last brace, is the answer as it stands. */
const YES = '{"ok":true,"result":';

const statusOf: Readonly<Record<string, number>> = {
  created: 201,
  repeated: 200,
  done: 200,
  blocked: 202,
};

/** The result's JSON text, or undefined when the answer says no. */
export const resultText = (body: string): string | undefined =>
  body.startsWith(YES) ? body.slice(YES.length, -1) : undefined;

/** The result, parsed. Throws `Refused` when the answer says no. */
export const resultOf = <T>(reply: Reply, correlationId: string, log: Log): T => {
  const text = resultText(reply.body);
  if (text !== undefined) return JSON.parse(text) as T;
  const { code, message, details } = readWireError(reply.body, correlationId, log);
  throw new Refused(code, message, details);
};

export const callerOf = (request: FastifyRequest): Caller => ({
  who: request.who,
  channel: "rest",
  correlationId: request.id,
});

export const sendJson = (reply: FastifyReply, status: number, text: string): void => {
  reply
    .code(status)
    .header("content-type", JSON_TYPE)
    .header("cache-control", "no-store")
    .send(text);
};

/** Answers with what comes over the bus: a result goes on as the text it is, never parsed. */
export const passOn = (
  request: FastifyRequest,
  reply: FastifyReply,
  answer: Promise<Reply>,
  log: Log,
): void => {
  answer.then(
    ({ headers, body }) => {
      const text = resultText(body);
      if (text !== undefined) {
        sendJson(reply, statusOf[headers["Countersign-Outcome"] ?? "done"] ?? 200, text);
      } else {
        sendError(request, reply, readWireError(body, request.id, log));
      }
    },
    (error: unknown) => sendError(request, reply, errorOf(error, request.id, log)),
  );
};
