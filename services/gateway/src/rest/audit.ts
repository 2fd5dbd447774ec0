import { REQUEST_ID } from "@countersign/api-contract/ids.ts";
import type { FastifyInstance } from "fastify";
import { callerOf, passOn } from "../edge/answer.ts";
import { limit, oneOf, readQuery, shortText, time, type ReadValue } from "../edge/query-values.ts";
import { badRequest } from "../edge/refused.ts";
import type { RouteOptions } from "./approvals.ts";

const requestId: ReadValue = (text, name) => {
  if (!REQUEST_ID.test(text)) throw badRequest(name, "must be an approval request's id (apr_…)");
  return text;
};

const parameters = {
  from: time,
  to: time,
  actor: shortText,
  request_id: requestId,
  limit,
  after: shortText,
  format: oneOf("json"),
};

/** The org's audit trail, newest first, in pages. */
export const auditRoutes = (app: FastifyInstance, { inner, log }: RouteOptions): void => {
  app.get("/audit", (request, reply) => {
    const { format: _, ...asked } = readQuery(request.query, parameters);
    passOn(request, reply, inner.query(callerOf(request), "audit", asked), log);
  });
};
