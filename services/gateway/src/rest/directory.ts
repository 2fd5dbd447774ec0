import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { callerOf, passOn } from "../edge/answer.ts";
import type { CommandName, QueryName } from "../edge/inner.ts";
import { readQuery } from "../edge/query-values.ts";
import { bodyText, idempotencyKey, type RouteOptions } from "./approvals.ts";

/** People, roles and agents under `/orgs/:org/directory`, and topics with their transitions under `/orgs/:org`. */
export const directoryRoutes = (app: FastifyInstance, { inner, log }: RouteOptions): void => {
  const read = (name: QueryName) => (request: FastifyRequest, reply: FastifyReply) => {
    readQuery(request.query, {});
    const { org: _, ...asked } = request.params as { org: string };
    passOn(request, reply, inner.query(callerOf(request), name, asked), log);
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

  app.get("/directory/people/:id", read("person"));
  app.put("/directory/people/:id", change("put-person"));
  app.delete("/directory/people/:id", change("remove-person"));
  app.get("/directory/roles/:id", read("role"));
  app.put("/directory/roles/:id", change("put-role"));
  app.get("/directory/agents/:id", read("agent"));
  app.put("/directory/agents/:id", change("put-agent"));

  app.post("/transitions", change("request-transition"));
  app.get("/topics/:workflow/:id", read("topic"));
};
