import type { FastifyInstance, FastifyRequest } from "fastify";
import { sendJson } from "../edge/answer.ts";
import type { Identify } from "../edge/authenticate.ts";
import { Refused } from "../edge/refused.ts";

export interface OperationsOptions {
  /** Sentences about what is not ready; empty when all is. */
  readonly notReady: () => Promise<readonly string[]> | readonly string[];
  /** In Prometheus' text format. */
  readonly metrics: () => Promise<string>;
  readonly identify: Identify;
}

const isLoopback = (address: string | undefined): boolean =>
  address !== undefined && /^(?:::1|(?:::ffff:)?127\.\d+\.\d+\.\d+)$/.test(address);

/** From this machine, and not passed on by a proxy. */
const isLocal = ({ socket, headers }: FastifyRequest): boolean =>
  isLoopback(socket.remoteAddress) &&
  isLoopback(socket.localAddress) &&
  headers["x-forwarded-for"] === undefined &&
  headers["forwarded"] === undefined;

/** Load balancers and supervisors ask for the status alone. */
const WITH_HEAD = { exposeHeadRoute: true };

/** `/healthz`, `/readyz` and `/metrics` for whoever keeps the service running. */
export const operationRoutes = (app: FastifyInstance, options: OperationsOptions): void => {
  const { notReady, metrics, identify } = options;
  app.get("/healthz", WITH_HEAD, (_request, reply) => sendJson(reply, 200, '{"status":"ok"}'));
  app.get("/readyz", WITH_HEAD, async (_request, reply) => {
    const missing = await notReady();
    const body =
      missing.length === 0 ? { status: "ready" } : { status: "not-ready", reasons: missing };
    sendJson(reply, missing.length === 0 ? 200 : 503, JSON.stringify(body));
    return reply;
  });
  app.get("/metrics", WITH_HEAD, async (request, reply) => {
    if (!isLocal(request)) {
      const { principal } = await identify(request);
      if (!principal.scopes.includes("metrics")) {
        throw new Refused("forbidden", "Metrics need a token with the scope metrics.");
      }
    }
    return reply
      .header("content-type", "text/plain; version=0.0.4; charset=utf-8")
      .send(await metrics());
  });
};
