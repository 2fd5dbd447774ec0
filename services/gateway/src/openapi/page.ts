import type { IncomingMessage, ServerResponse } from "node:http";
import swagger, { type StaticDocumentSpec } from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import { fastify } from "fastify";
import { makeCorrelationIds } from "../edge/correlation-ids.ts";
import { sendError } from "../edge/errors.ts";
import { NOT_FOUND } from "../edge/refused.ts";

/** Only this service may be loaded from and asked. Pictures in the page's styles are part of them. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Swagger UI under `/docs`, with all it needs from its package. */
export interface ReferencePage {
  /** Answers one request for the page or a file of it. */
  readonly answer: (request: IncomingMessage, response: ServerResponse) => void;
  readonly close: () => Promise<void>;
}

/**
 * Opens the page in a Fastify of its own, which listens nowhere: a running one takes no plugins any more, and loading
 * these at the start would make everybody wait for a page that few look at.
 */
export const openReferencePage = async (documentText: string): Promise<ReferencePage> => {
  const app = fastify({ genReqId: makeCorrelationIds(), exposeHeadRoutes: false });
  app.setNotFoundHandler((request, reply) =>
    sendError(request, reply, { code: "not-found", message: NOT_FOUND }),
  );
  app.addHook("onSend", async (_request, reply) => {
    reply.header("x-content-type-options", "nosniff").header("referrer-policy", "no-referrer");
  });
  const specification: StaticDocumentSpec = { document: JSON.parse(documentText) };
  await app.register(swagger, { mode: "static", specification });
  await app.register(swaggerUi, {
    routePrefix: "/docs",
    staticCSP: CONTENT_SECURITY_POLICY,
    // Without the bar above, which is for looking at other documents than this one.
    uiConfig: { layout: "BaseLayout", docExpansion: "list", defaultModelsExpandDepth: 0 },
    theme: { title: "Countersign: the REST interface" },
  });
  await app.ready();
  return {
    answer: (request, response) => app.routing(request, response),
    close: () => app.close(),
  };
};
