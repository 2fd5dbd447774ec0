import { REQUEST_ID } from "@countersign/api-contract/ids.ts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { callerOf, passOn } from "../edge/answer.ts";
import { errorOf, sendError } from "../edge/errors.ts";
import { changeNames, type CommandName, type Inner } from "../edge/inner.ts";
import type { Log } from "../edge/log.ts";
import {
  limit,
  oneOf,
  position,
  readQuery,
  shortText,
  statuses,
  time,
  waiting,
} from "../edge/query-values.ts";
import { NOT_FOUND } from "../edge/refused.ts";
import type { LongPolls } from "./long-polls.ts";

export interface RouteOptions {
  readonly inner: Inner;
  readonly log: Log;
}

/** What a list is narrowed and cut by. */
export const listParameters = {
  status: statuses,
  agent: shortText,
  action: shortText,
  reason_code: shortText,
  gate_type: shortText,
  approver: shortText,
  pipeline: shortText,
  from: time,
  to: time,
  q: shortText,
  mine: oneOf("now", "later", "delegate", "requested"),
  sort: oneOf("urgency", "newest", "oldest"),
  limit,
  after: shortText,
};

/** How one request is read: at once, or when it changed. */
export const oneParameters = { min_position: position, wait: waiting, wait_for: oneOf("terminal") };
/** The period that figures are about. */
export const statsParameters = { from: time, to: time };
const NO_PARAMETERS = {};

/** The raw text of a body; the commander reads it. An empty one is the empty text. */
export const bodyText = (request: FastifyRequest): string =>
  typeof request.body === "string" ? request.body : "";

export const idempotencyKey = (request: FastifyRequest): string | undefined => {
  const key = request.headers["idempotency-key"];
  return Array.isArray(key) ? key.join(", ") : key;
};

const hasQuery = (request: FastifyRequest): boolean => request.url.includes("?");

/** Ask, list, read and wait, decide, and the trail of one request, under `/orgs/:org/approvals`. */
export const approvalRoutes = (
  app: FastifyInstance,
  { inner, log, longPolls }: RouteOptions & { readonly longPolls: LongPolls },
): void => {
  /** Runs a route; what it throws is answered like any other error. */
  const guarded =
    (route: (request: FastifyRequest, reply: FastifyReply) => void) =>
    (request: FastifyRequest, reply: FastifyReply): void => {
      try {
        route(request, reply);
      } catch (error) {
        sendError(request, reply, errorOf(error, request.id, log));
      }
    };

  /** The request's id from the path; one that no server made is absent. */
  const withId =
    (route: (request: FastifyRequest, reply: FastifyReply, id: string) => void) =>
    (request: FastifyRequest, reply: FastifyReply): void => {
      const { id } = request.params as { id: string };
      if (REQUEST_ID.test(id)) route(request, reply, id);
      else sendError(request, reply, { code: "not-found", message: NOT_FOUND });
    };

  const decide = (name: CommandName) =>
    guarded(
      withId((request, reply, target) => {
        if (hasQuery(request)) readQuery(request.query, NO_PARAMETERS);
        const options = {
          target,
          idempotencyKey: idempotencyKey(request),
          body: bodyText(request),
        };
        passOn(request, reply, inner.command(callerOf(request), name, options), log);
      }),
    );

  app.post(
    "/approvals",
    guarded((request, reply) => {
      if (hasQuery(request)) readQuery(request.query, NO_PARAMETERS);
      const options = { idempotencyKey: idempotencyKey(request), body: bodyText(request) };
      passOn(request, reply, inner.command(callerOf(request), "request-approval", options), log);
    }),
  );

  for (const name of ["bulk-approve", "bulk-deny"] as const) {
    app.post(
      `/approvals/${name}`,
      guarded((request, reply) => {
        if (hasQuery(request)) readQuery(request.query, NO_PARAMETERS);
        const options = { idempotencyKey: idempotencyKey(request), body: bodyText(request) };
        passOn(request, reply, inner.command(callerOf(request), name, options), log);
      }),
    );
  }

  app.get(
    "/approvals",
    guarded((request, reply) => {
      const parameters = hasQuery(request) ? readQuery(request.query, listParameters) : {};
      passOn(request, reply, inner.query(callerOf(request), "requests", parameters), log);
    }),
  );

  app.get(
    "/approvals/stats",
    guarded((request, reply) => {
      const parameters = readQuery(request.query, statsParameters);
      passOn(request, reply, inner.query(callerOf(request), "stats", parameters), log);
    }),
  );

  app.get(
    "/approvals/:id",
    guarded(
      withId((request, reply, id) => {
        const caller = callerOf(request);
        if (!hasQuery(request)) {
          passOn(request, reply, inner.query(caller, "request", { id }), log);
          return;
        }
        const { wait, ...rest } = readQuery(request.query, oneParameters);
        const parameters = { id, ...rest };
        const answer =
          typeof wait === "number"
            ? longPolls.ask(caller, parameters, wait, reply.raw)
            : inner.query(caller, "request", parameters);
        passOn(request, reply, answer, log);
      }),
    ),
  );

  app.get(
    "/approvals/:id/audit",
    guarded(
      withId((request, reply, id) => {
        readQuery(request.query, NO_PARAMETERS);
        passOn(request, reply, inner.query(callerOf(request), "request-audit", { id }), log);
      }),
    ),
  );

  app.post("/approvals/:id/approve", decide("approve"));
  app.post("/approvals/:id/deny", decide("deny"));
  app.post("/approvals/:id/cancel", decide("cancel"));
  for (const name of changeNames) app.post(`/approvals/:id/${name}`, decide(name));
  app.post("/approvals/:id/consume", decide("consume"));
  app.post("/approvals/:id/execution", decide("report-execution"));
  app.post("/approvals/:id/context", decide("attach-context"));
  app.post("/approvals/:id/recommendation", decide("attach-recommendation"));
};
