import { REQUEST_ID } from "@countersign/api-contract/ids.ts";
import type { FastifyInstance } from "fastify";
import { callerOf, passOn } from "../edge/answer.ts";
import { errorOf, sendError } from "../edge/errors.ts";
import { limit, oneOf, readQuery, shortText, time, type ReadValue } from "../edge/query-values.ts";
import { badRequest } from "../edge/refused.ts";
import { exportTrail, isExportFormat } from "./audit-export.ts";
import type { RouteOptions } from "./approvals.ts";

/** The id of an approval request. */
export const requestId: ReadValue = (text, name) => {
  if (!REQUEST_ID.test(text)) throw badRequest(name, "must be an approval request's id (apr_…)");
  return text;
};

/** What the org's trail is narrowed and cut by. */
export const trailParameters = {
  from: time,
  to: time,
  actor: shortText,
  request_id: requestId,
  limit,
  after: shortText,
  format: oneOf("json", "jsonl", "csv"),
};

/** The org's audit trail, newest first: in pages as JSON, whole as JSON lines and CSV. */
export const auditRoutes = (app: FastifyInstance, { inner, log }: RouteOptions): void => {
  app.get("/audit", (request, reply) => {
    const { format, ...asked } = readQuery(request.query, trailParameters);
    const caller = callerOf(request);
    if (!isExportFormat(format)) {
      passOn(request, reply, inner.query(caller, "audit", asked), log);
      return;
    }
    for (const name of ["limit", "after"] as const)
      if (asked[name] !== undefined) throw badRequest(name, `has no meaning with ${format}`);
    exportTrail(inner, caller, log, format, asked).then(
      ({ type, body }) =>
        reply.header("content-type", type).header("cache-control", "no-store").send(body),
      (error: unknown) => sendError(request, reply, errorOf(error, request.id, log)),
    );
  });
};
