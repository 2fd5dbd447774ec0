import type { FastifyReply, FastifyRequest } from "fastify";
import { callerOf, passOn } from "../edge/answer.ts";
import type { CommandName, QueryName } from "../edge/inner.ts";
import { readQuery } from "../edge/query-values.ts";
import { bodyText, idempotencyKey, type RouteOptions } from "./approvals.ts";

type Route = (request: FastifyRequest, reply: FastifyReply) => void;

/** Routes without query parameters that pass on what stands in their path and their body. */
export const plainRoutes = ({
  inner,
  log,
}: RouteOptions): {
  /** A query with the path's parameters. */
  readonly read: (name: QueryName) => Route;
  /** A command about the path's `:id`, if it has one. */
  readonly change: (name: CommandName) => Route;
} => ({
  read: (name) => (request, reply) => {
    readQuery(request.query, {});
    const { org: _, ...asked } = request.params as { org: string };
    passOn(request, reply, inner.query(callerOf(request), name, asked), log);
  },
  change: (name) => (request, reply) => {
    readQuery(request.query, {});
    const { id } = request.params as { id?: string };
    const options = {
      ...(id === undefined ? {} : { target: id }),
      idempotencyKey: idempotencyKey(request),
      body: bodyText(request),
    };
    passOn(request, reply, inner.command(callerOf(request), name, options), log);
  },
});
