import { resultText } from "@countersign/messaging/answers.ts";
import type { Reply } from "@countersign/messaging/bus.ts";
import type { FastifyReply, FastifyRequest } from "fastify";
import { errorOf, JSON_TYPE, readWireError, sendError } from "./errors.ts";
import type { Caller } from "./inner.ts";
import type { Log } from "./log.ts";
import { Refused } from "./refused.ts";

const statusOf: Readonly<Record<string, number>> = {
  created: 201,
  repeated: 200,
  done: 200,
  blocked: 202,
};

/** The result, parsed. Throws `Refused` when the answer says no. */
export const resultOf = <T>(reply: Reply, correlationId: string, log: Log): T => {
  const text = resultText(reply);
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
    (answered) => {
      const text = resultText(answered);
      if (text !== undefined) {
        const outcome = answered.headers["Countersign-Outcome"] ?? "done";
        sendJson(reply, statusOf[outcome] ?? 200, text);
      } else {
        sendError(request, reply, readWireError(answered.body, request.id, log));
      }
    },
    (error: unknown) => sendError(request, reply, errorOf(error, request.id, log)),
  );
};
