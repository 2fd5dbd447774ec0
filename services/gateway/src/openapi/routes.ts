import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { JSON_TYPE } from "../edge/errors.ts";
import { readQuery } from "../edge/query-values.ts";
import type { ReferencePage } from "./page.ts";

/** Seconds that a copy of what does not change while the service runs is good for. */
const MAX_AGE_S = 300;

/**
 * `GET /api/v1/openapi.json` and the page that shows it, for anybody. Both are made when somebody first asks: nothing
 * that they need is loaded at the start. Answers what closes the page.
 */
export const openApiRoutes = (app: FastifyInstance): (() => Promise<void>) => {
  let text: Promise<string> | undefined;
  let opened: Promise<ReferencePage> | undefined;
  const documentText = (): Promise<string> =>
    (text ??= import("./document.ts").then(({ makeDocument }) => JSON.stringify(makeDocument())));
  const page = (): Promise<ReferencePage> =>
    (opened ??= (async () => {
      const { openReferencePage } = await import("./page.ts");
      return openReferencePage(await documentText());
    })());

  app.get("/api/v1/openapi.json", async (request, reply) => {
    readQuery(request.query, {});
    return reply
      .header("content-type", JSON_TYPE)
      .header("cache-control", `public, max-age=${MAX_AGE_S}`)
      .send(await documentText());
  });

  const show = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { answer } = await page();
    reply.hijack();
    answer(request.raw, reply.raw);
    return reply;
  };
  app.get("/docs", show);
  app.get("/docs/*", show);

  return async () => {
    if (opened !== undefined) await (await opened).close();
  };
};
