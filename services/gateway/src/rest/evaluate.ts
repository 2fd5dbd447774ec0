import type { FastifyInstance } from "fastify";
import { callerOf, passOn } from "../edge/answer.ts";
import { readQuery } from "../edge/query-values.ts";
import { bodyText, idempotencyKey, type RouteOptions } from "./approvals.ts";

/** Whether an action would need approval, under `/orgs/:org/evaluate`. */
export const evaluateRoutes = (app: FastifyInstance, { inner, log }: RouteOptions): void => {
  app.post("/evaluate", (request, reply) => {
    readQuery(request.query, {});
    const options = { idempotencyKey: idempotencyKey(request), body: bodyText(request) };
    passOn(request, reply, inner.command(callerOf(request), "evaluate", options), log);
  });
};
