import type { FastifyInstance } from "fastify";
import { Refused } from "../edge/refused.ts";

/** In dev mode a browser that opens `/graphql` gets GraphiQL, from this process alone. */
export const graphiqlRoute = (app: FastifyInstance): void => {
  app.get("/graphql", async (request, reply) => {
    if (request.headers.accept?.includes("text/html") !== true) {
      throw new Refused("method-not-allowed", "GraphQL is asked by POST.");
    }
    const { renderGraphiQL } = await import("@graphql-yoga/render-graphiql");
    const page = renderGraphiQL({ title: "Countersign", subscriptionsProtocol: "GRAPHQL_SSE" });
    return reply
      .header("content-type", "text/html; charset=utf-8")
      .header("cache-control", "no-store")
      .send(page);
  });
};
