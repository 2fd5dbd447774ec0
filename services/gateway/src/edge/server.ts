import type { Socket } from "node:net";
import { limits } from "@countersign/api-contract/limits.ts";
import {
  fastify,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type onResponseHookHandler,
} from "fastify";
import { takeText } from "./body.ts";
import { makeCorrelationIds } from "./correlation-ids.ts";
import { errorOf, errorText, sendError } from "./errors.ts";
import type { HttpMetrics } from "./http-metrics.ts";
import type { Log } from "./log.ts";
import { NOT_FOUND } from "./refused.ts";

/** A body that is refused unread is still drained up to here, so that its sender gets the answer and can go on. */
const MAX_DRAINED = 64 * 1024 * 1024;

/** Bytes that a body claims to have; 0 where it does not say. */
const lengthOf = ({ headers }: FastifyRequest): number => Number(headers["content-length"] ?? 0);

/** Answers what is no HTTP, or has more headers than Node reads, and hangs up. */
const refuseGarbage =
  (nextId: () => string) => (error: Error & { code?: string }, socket: Socket) => {
    if (error.code === "ECONNRESET" || !socket.writable) {
      socket.destroy();
      return;
    }
    const tooLong = error.code === "HPE_HEADER_OVERFLOW";
    const message = tooLong ? "The URL or the headers are too long." : "This is no HTTP request.";
    const body = errorText({ code: "bad-request", message }, nextId());
    socket.end(
      `HTTP/1.1 400 Bad Request\r\nContent-Type: application/json; charset=utf-8\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
  };

/** A path of a route as a pattern, to tell an unknown path from an unknown method. */
const patternOf = (url: string): RegExp =>
  new RegExp(`^${url.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll(/:[a-z]+/g, "[^/]+")}$`);

/** Remembers which methods every path has; answers 405 with them, or 404. */
const notFoundOrNotAllowed = (app: FastifyInstance) => {
  const methods = new Map<string, { pattern: RegExp; allowed: Set<string> }>();
  app.addHook("onRoute", ({ url, method }) => {
    const entry = methods.get(url) ?? { pattern: patternOf(url), allowed: new Set() };
    for (const one of [method].flat()) entry.allowed.add(one);
    methods.set(url, entry);
  });
  return (request: FastifyRequest, reply: FastifyReply): void => {
    const [path = ""] = request.url.split("?");
    const matching = [...methods.values()].filter(({ pattern }) => pattern.test(path));
    const allowed = [...new Set(matching.flatMap((entry) => [...entry.allowed]))];
    if (allowed.length === 0) {
      sendError(request, reply, { code: "not-found", message: NOT_FOUND });
      return;
    }
    reply.header("allow", allowed.join(", "));
    const message = `This path takes ${allowed.join(", ")}.`;
    sendError(request, reply, { code: "method-not-allowed", message });
  };
};

const accessLog =
  (log: Log): onResponseHookHandler =>
  (request, reply, done) => {
    log.debug(
      {
        correlationId: request.id,
        method: request.method,
        path: request.url.split("?")[0],
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
      },
      "answered",
    );
    done();
  };

/** An HTTP server whose every answer, its own refusals included, has the API's shape. Routes are added by the caller. */
export const makeServer = (log: Log, metrics: HttpMetrics): FastifyInstance => {
  const correlationId = makeCorrelationIds();
  const app = fastify({
    bodyLimit: limits.body,
    genReqId: correlationId,
    exposeHeadRoutes: false,
    // Long polls that wait are answered while the service closes, and so is what comes meanwhile.
    return503OnClosing: false,
    requestTimeout: 60_000,
    routerOptions: { maxParamLength: 1024 },
    clientErrorHandler: refuseGarbage(correlationId),
    frameworkErrors: (error, request, reply) => {
      sendError(request, reply, errorOf(error, request.id, log));
    },
  });
  app.removeAllContentTypeParsers();
  takeText(app, ["application/json"], limits.body);
  app.decorateRequest("who");
  const refuseRoute = notFoundOrNotAllowed(app);
  app.addHook("onRequest", (request, reply, done) => {
    // Before the body is looked at: an unknown path has no opinion on content types.
    if (request.is404) return refuseRoute(request, reply);
    done();
  });
  app.addHook("onResponse", (request, reply, done) => {
    const route = request.routeOptions.url ?? "none";
    metrics.count(request.method, route, reply.statusCode, reply.elapsedTime / 1000);
    done();
  });
  if (log.isLevelEnabled?.("debug") ?? true) app.addHook("onResponse", accessLog(log));
  app.setErrorHandler((error, request, reply) => {
    const refusal = errorOf(error, request.id, log);
    // Fastify would hang up at once, and the reset would take the answer from a client that is still sending. Kept
    // open, Node drains what still comes.
    if (refusal.code === "payload-too-large" && lengthOf(request) <= MAX_DRAINED) {
      reply.removeHeader("connection");
    }
    sendError(request, reply, refusal);
  });
  app.setNotFoundHandler(refuseRoute);
  return app;
};
