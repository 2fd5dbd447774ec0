import type { FastifyInstance } from "fastify";
import type { RouteOptions } from "./approvals.ts";
import { plainRoutes } from "./plain-routes.ts";

/** Credentials of agents, what is allowed beforehand, and facts about topics and runs, under `/orgs/:org`. */
export const credentialRoutes = (app: FastifyInstance, options: RouteOptions): void => {
  const { read, change } = plainRoutes(options);

  app.get("/api-keys", read("api-keys"));
  app.post("/api-keys", change("issue-api-key"));
  app.delete("/api-keys/:id", change("revoke-api-key"));
  app.get("/standing-grants", read("standing-grants"));
  app.post("/standing-grants", change("create-standing-grant"));
  app.delete("/standing-grants/:id", change("revoke-standing-grant"));
  app.post("/signals", change("signal"));
};
