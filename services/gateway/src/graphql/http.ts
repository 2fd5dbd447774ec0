import type { ServerResponse } from "node:http";
import { parseIJson } from "@countersign/api-contract/i-json.ts";
import type { Clock } from "@countersign/runtime/clock.ts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ExecutionResult, GraphQLFormattedError } from "graphql";
import { sendJson } from "../edge/answer.ts";
import { JSON_TYPE } from "../edge/errors.ts";
import type { Caller } from "../edge/inner.ts";
import type { Log } from "../edge/log.ts";
import { Refused } from "../edge/refused.ts";
import { openSse } from "../live/sse.ts";
import type { Streams } from "../live/streams.ts";
import type { Engine, Operation, Prepared } from "./engine.ts";
import { statusOf } from "./status.ts";

export interface GraphqlRouteOptions {
  /** Loaded when it is first needed: GraphQL's packages take longer to load than all else together. */
  readonly engine: () => Promise<Engine>;
  readonly streams: Streams;
  readonly clock: Clock;
  readonly log: Log;
}

const KNOWN = new Set(["query", "variables", "operationName", "extensions"]);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A body that holds no operation. */
interface Unreadable {
  readonly ok: false;
  readonly errors: readonly GraphQLFormattedError[];
}

const failed = (message: string, extensions: Record<string, unknown> = {}): Unreadable => ({
  ok: false,
  errors: [{ message, extensions }],
});

/** Reads a body as GraphQL over HTTP has it; batches are no operation. */
const readOperation = (text: string): Operation | Unreadable => {
  const parsed = parseIJson(text);
  if (!parsed.ok) {
    const { code, message, path } = parsed.fault;
    return failed(message, { code, path });
  }
  const { value } = parsed;
  if (!isRecord(value)) return failed("The body must be a JSON object with a query.");
  const unknown = Object.keys(value).find((key) => !KNOWN.has(key));
  if (unknown !== undefined) return failed(`${JSON.stringify(unknown)} is not known here.`);
  const { query, variables, operationName } = value;
  if (typeof query !== "string") return failed("The query is missing.");
  if (variables !== undefined && variables !== null && !isRecord(variables)) {
    return failed("The variables must be an object.");
  }
  if (operationName !== undefined && operationName !== null && typeof operationName !== "string") {
    return failed("The operationName must be text.");
  }
  return { query, variables: variables ?? null, operationName: operationName ?? null };
};

const nextEvent = (result: ExecutionResult): string =>
  `event: next\ndata: ${JSON.stringify(result)}\n\n`;

/** Waits until what was written has left, or the reader is gone. */
const drained = async (response: ServerResponse): Promise<void> => {
  if (!response.writableNeedDrain || response.destroyed) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      response.off("drain", done);
      response.off("close", done);
      resolve();
    };
    response.on("drain", done);
    response.on("close", done);
  });
};

/** `POST /graphql`: one answer as JSON, or a stream of them as server-sent events (graphql-sse, distinct connections). */
export const graphqlRoutes = (app: FastifyInstance, options: GraphqlRouteOptions): void => {
  const { engine, streams, clock, log } = options;

  const stream = async (
    request: FastifyRequest,
    reply: FastifyReply,
    prepared: Prepared & { ok: true },
  ): Promise<void> => {
    const source =
      prepared.type === "subscription" ? await prepared.subscribe() : await prepared.execute();
    if (!(Symbol.asyncIterator in source) && statusOf(source) !== 200) {
      sendJson(reply, statusOf(source), JSON.stringify(source));
      return;
    }
    reply.hijack();
    const sse = openSse(reply.raw, clock);
    streams.add(sse);
    if (!(Symbol.asyncIterator in source)) {
      sse.write(nextEvent(source));
    } else {
      sse.onEnd(() => void source.return?.());
      sse.comment("ready");
      try {
        for await (const result of source) {
          sse.write(nextEvent(result));
          await drained(reply.raw);
        }
      } catch (error) {
        log.warn({ err: error, correlationId: request.id }, "a subscription ended");
      }
    }
    sse.write("event: complete\ndata:\n\n");
    sse.end();
  };

  app.post("/graphql", async (request, reply) => {
    const operation = readOperation(typeof request.body === "string" ? request.body : "");
    const caller: Caller = {
      who: request.who,
      channel: "graphql",
      correlationId: request.id,
    };
    const prepared = "query" in operation ? (await engine()).prepare(caller, operation) : operation;
    if (!prepared.ok) {
      sendJson(reply, 400, JSON.stringify({ errors: prepared.errors }));
      return reply;
    }
    if (request.headers.accept?.includes("text/event-stream") === true) {
      await stream(request, reply, prepared);
      return reply;
    }
    if (prepared.type === "subscription") {
      throw new Refused("bad-request", "Subscriptions need Accept: text/event-stream.");
    }
    const result = await prepared.execute();
    reply.code(statusOf(result)).header("content-type", JSON_TYPE);
    return reply.header("cache-control", "no-store").send(JSON.stringify(result));
  });
};
