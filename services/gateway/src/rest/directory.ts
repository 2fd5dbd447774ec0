import type { FastifyInstance } from "fastify";
import type { RouteOptions } from "./approvals.ts";
import { plainRoutes } from "./plain-routes.ts";

/** People, roles and agents under `/orgs/:org/directory`, and topics with their transitions under `/orgs/:org`. */
export const directoryRoutes = (app: FastifyInstance, options: RouteOptions): void => {
  const { read, change } = plainRoutes(options);

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
