import type { FastifyInstance } from "fastify";
import { limits } from "@countersign/api-contract/limits.ts";
import { callerOf, passOn } from "../edge/answer.ts";
import { takeText } from "../edge/body.ts";
import { readQuery, shortText } from "../edge/query-values.ts";
import { badRequest } from "../edge/refused.ts";
import { bodyText, idempotencyKey, type RouteOptions } from "./approvals.ts";

/** Whom an imported calendar's times away are delegated to. */
export const calendarParameters = { to: shortText };

/** Who acts for whom, under `/orgs/:org/delegations`. */
export const delegationRoutes = (app: FastifyInstance, { inner, log }: RouteOptions): void => {
  app.get("/delegations", (request, reply) => {
    readQuery(request.query, {});
    passOn(request, reply, inner.query(callerOf(request), "delegations", {}), log);
  });

  app.post("/delegations", (request, reply) => {
    readQuery(request.query, {});
    const options = { idempotencyKey: idempotencyKey(request), body: bodyText(request) };
    passOn(request, reply, inner.command(callerOf(request), "delegate", options), log);
  });

  app.delete("/delegations/:id", (request, reply) => {
    readQuery(request.query, {});
    const { id: target } = request.params as { id: string };
    const options = { target, idempotencyKey: idempotencyKey(request), body: bodyText(request) };
    passOn(request, reply, inner.command(callerOf(request), "revoke-delegation", options), log);
  });
};

/** Times away from a calendar file. Its bodies are calendars, so it has its own scope. */
export const calendarRoutes = (app: FastifyInstance, { inner, log }: RouteOptions): void => {
  app.removeAllContentTypeParsers();
  takeText(app, ["text/calendar"], limits.body);

  app.post("/delegations/import", { bodyLimit: limits.body }, (request, reply) => {
    const { to } = readQuery(request.query, calendarParameters);
    if (typeof to !== "string") throw badRequest("to", "must name the delegate");
    const options = {
      target: to,
      idempotencyKey: idempotencyKey(request),
      body: bodyText(request),
      headers: {
        "Countersign-Content-Type": (request.headers["content-type"] ?? "").split(";")[0] ?? "",
      },
    };
    passOn(request, reply, inner.command(callerOf(request), "import-delegations", options), log);
  });
};
