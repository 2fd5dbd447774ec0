import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { callerOf, passOn } from "../edge/answer.ts";
import type { CommandName, QueryName } from "../edge/inner.ts";
import { readQuery } from "../edge/query-values.ts";
import { bodyText, idempotencyKey, type RouteOptions } from "./approvals.ts";

/** Credentials of agents, what is allowed beforehand, and facts about topics and runs, under `/orgs/:org`. */
export const credentialRoutes = (app: FastifyInstance, { inner, log }: RouteOptions): void => {
  const read = (name: QueryName) => (request: FastifyRequest, reply: FastifyReply) => {
    readQuery(request.query, {});
    passOn(request, reply, inner.query(callerOf(request), name, {}), log);
  };
  const change = (name: CommandName) => (request: FastifyRequest, reply: FastifyReply) => {
    readQuery(request.query, {});
    const { id } = request.params as { id?: string };
    const options = {
      ...(id === undefined ? {} : { target: id }),
      idempotencyKey: idempotencyKey(request),
      body: bodyText(request),
    };
    passOn(request, reply, inner.command(callerOf(request), name, options), log);
  };

  app.get("/api-keys", read("api-keys"));
  app.post("/api-keys", change("issue-api-key"));
  app.delete("/api-keys/:id", change("revoke-api-key"));
  app.get("/standing-grants", read("standing-grants"));
  app.post("/standing-grants", change("create-standing-grant"));
  app.delete("/standing-grants/:id", change("revoke-standing-grant"));
  app.post("/signals", change("signal"));
};
